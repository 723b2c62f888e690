// Answers each request five seconds after it came, but none before COUNT are there.
// Arguments: CERTIFICATE KEY MESSAGE COUNT. Prints its port.
import { readFileSync } from 'node:fs';
import http2 from 'node:http2';

const [certificate, key, message, count] = process.argv.slice(2);
const body = readFileSync(message);
const waiting = [];
let heard = 0;

function answer(to) {
  to.setHeader('content-type', 'application/json');
  to.setHeader('content-length', body.length);
  to.end(body);
}

const server = http2.createSecureServer({
  cert: readFileSync(certificate), key: readFileSync(key), allowHTTP1: true, maxSessionMemory: 1000,
});
server.timeout = 0;
server.on('request', (asked, to) => {
  asked.on('error', () => {});
  to.on('error', () => {});
  asked.resume();
  asked.on('end', () => {
    waiting.push(to);
    if (++heard % Number(count) === 0)
      setTimeout(() => waiting.splice(0).forEach(answer), 5000);
  });
});
server.on('sessionError', () => {});
server.listen(0, '127.0.0.1', 16384, () => console.log(`port ${server.address().port};`));
