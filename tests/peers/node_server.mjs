// node's http2 server, with HTTP/1.1 beside it: what app.cpp answers, and what only it can be told to do.
// Arguments: CERTIFICATE KEY SETTINGS (as JSON). Prints its port. "release" on stdin answers what waits.
import { readFileSync } from 'node:fs';
import http2 from 'node:http2';

const [certificate, key, settings] = process.argv.slice(2);
const message = '{"id":"msg_1","type":"message","role":"assistant","model":"claude","content":' +
  '[{"type":"text","text":"hello"}],"stop_reason":"end_turn","stop_sequence":null,' +
  '"usage":{"input_tokens":3,"output_tokens":2}}';

function pattern(size) {
  const made = Buffer.alloc(size);
  let state = 1;
  for (let i = 0; i < size; ++i) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    made[i] = 97 + (state >>> 24) % 26;
  }
  return made;
}

let open = false;
let waiting = [];
process.stdin.on('data', () => {
  open = true;
  waiting.forEach((answer) => answer());
  waiting = [];
});
process.stdin.resume();

const server = http2.createSecureServer({
  cert: readFileSync(certificate), key: readFileSync(key), allowHTTP1: true,
  settings: JSON.parse(settings),
  maxSessionMemory: 1000,  // MB: by default it refuses streams beside 10 MB that nobody reads
});

server.on('request', async (asked, answer) => {
  const path = asked.url;
  const old = asked.httpVersion !== '2.0';
  const session = old ? null : asked.stream.session;
  asked.on('error', () => {});
  answer.on('error', () => {});
  asked.stream?.on?.('error', () => {});
  const pieces = [];
  if (path.startsWith('/goaway-first') && session) session.goaway(0, asked.stream.id);
  if (path.startsWith('/refuse') && session && !session.refusedOnce) {
    session.refusedOnce = true;
    return asked.stream.close(http2.constants.NGHTTP2_REFUSED_STREAM);
  }
  if (path.startsWith('/rst')) {
    return old ? asked.socket.destroy() :
      asked.stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR);
  }
  try {
    for await (const piece of asked) pieces.push(piece);
  } catch { return; }
  const body = Buffer.concat(pieces);
  answer.setHeader('x-protocol', old ? asked.httpVersion : '2');
  answer.setHeader('x-connection', String(asked.socket.remotePort));
  const number = Number(path.split('/')[2]);
  const whole = (data) => {
    answer.setHeader('content-length', data.length);
    answer.end(data);
  };
  if (path.startsWith('/echo')) return whole(body);
  if (path.startsWith('/count')) return whole(String(body.length));
  if (path.startsWith('/size/')) return whole(pattern(number));
  if (path.startsWith('/chunked')) {
    answer.setHeader('trailer', 'x-sum');
    for (let i = 0; i < 100; ++i) answer.write('0123456789');
    answer.addTrailers({ 'x-sum': '1000' });
    return answer.end();
  }
  if (path.startsWith('/hints')) {
    for (let i = 0; i < 2; ++i) answer.writeEarlyHints({ link: '</a.css>; rel=preload' });
    return whole('final');
  }
  if (path.startsWith('/close')) {
    if (old) answer.setHeader('connection', 'close');
    whole('closing');
    session?.close();
    return;
  }
  if (path.startsWith('/cut')) {
    answer.setHeader('content-length', 10);
    answer.write('half', () => (old ? asked.socket.destroy() : asked.stream.close(2)));
    return;
  }
  if (path.startsWith('/wait')) {
    process.stdout.write('w');
    return open ? whole('waited') : waiting.push(() => whole('waited'));
  }
  if (path.startsWith('/settings/')) {  // N streams from now on
    session?.settings({ maxConcurrentStreams: number }, () => {});
    return whole('set');
  }
  if (path.startsWith('/window/')) {
    session?.settings({ initialWindowSize: number }, () => {});
    return whole('set');
  }
  answer.setHeader('content-type', 'application/json');
  whole(message);
});
server.on('sessionError', () => {});
server.listen(0, '127.0.0.1', () => console.log(`port ${server.address().port};`));
