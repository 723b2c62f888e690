// The official Node clients against fake_identity: what they accept and how they ask is the truth.
//
//   node clients.mjs SERVE_PROGRAM NODE_MODULES     77: the packages are not there
//
// Each case is a process of its own, since clients read the environment once.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import { fileURLToPath } from 'node:url';

const own = fileURLToPath(import.meta.url);
const scope = 'https://ai.azure.com/.default';
const tenant = 'contoso.onmicrosoft.com';

function check(holds, what) {
  if (!holds) throw new Error(`not so: ${what}`);
}

// ---- what one process does; `at` is what the server said of itself

async function tokenOf(credential, prefix) {
  const got = await credential.getToken(scope);
  check(got.token.startsWith(prefix), `a token of ${prefix}, not ${got.token}`);
  const life = (got.expiresOnTimestamp - Date.now()) / 1000;
  check(life > 3500 && life < 3700, `an hour of life, not ${life} s`);
}

async function refusal(credential) {
  try {
    await credential.getToken(scope);
  } catch (error) {
    return error;
  }
  throw new Error('not so: it is refused');
}

async function ask(client) {
  const reply = await client.messages.create({
    model: 'claude', max_tokens: 16, messages: [{ role: 'user', content: 'hello?' }],
  });
  check(reply.content[0].text === 'hello', 'the fake says hello');
}

const cases = {
  async secret({ azure, at, options }) {
    await tokenOf(new azure.ClientSecretCredential(tenant, at.client_id, at.client_secret, options), 'fake-entra');
  },
  async wrong_secret({ azure, at, options }) {
    const error = await refusal(new azure.ClientSecretCredential(tenant, at.client_id, 'wrong', options));
    check(error.message.includes('invalid_client'), `invalid_client, not ${error.message}`);
    check(error.message.includes('AADSTS7000215'), 'the description comes through');
  },
  async wrong_application({ azure, at, options }) {
    const error = await refusal(new azure.ClientSecretCredential(tenant, 'other', at.client_secret, options));
    check(error.message.includes('unauthorized_client'), `unauthorized_client, not ${error.message}`);
  },
  async certificate({ azure, at, options }) {
    await tokenOf(new azure.ClientCertificateCredential(tenant, at.client_id, { certificatePath: at.certificate }, options), 'fake-entra');
  },
  async workload({ azure, at, options }) {
    await tokenOf(new azure.WorkloadIdentityCredential({ tenantId: tenant, clientId: at.client_id, tokenFilePath: at.assertion, ...options }), 'fake-entra');
  },
  async default_secret({ azure, options }) {
    await tokenOf(new azure.DefaultAzureCredential(options), 'fake-entra');
  },
  async default_workload({ azure, options }) {
    await tokenOf(new azure.DefaultAzureCredential(options), 'fake-entra');
  },
  async imds({ azure }) { await tokenOf(new azure.ManagedIdentityCredential(), 'fake-imds'); },
  async imds_user_assigned({ azure, at }) {
    await tokenOf(new azure.ManagedIdentityCredential(at.client_id), 'fake-imds');
  },
  async imds_unknown_identity({ azure }) {
    const error = await refusal(new azure.ManagedIdentityCredential('nobody'));
    check(/Identity not found|invalid_request/.test(error.message), `Identity not found, not ${error.message}`);
  },
  async imds_busy({ azure }) { await tokenOf(new azure.ManagedIdentityCredential(), 'fake-imds'); },
  async app_service({ azure }) { await tokenOf(new azure.ManagedIdentityCredential(), 'fake-app-service'); },
  async machine_learning({ azure, at }) {
    await tokenOf(new azure.ManagedIdentityCredential(at.client_id), 'fake-ml');
  },
  async federation({ anthropic }) { await ask(new anthropic.Anthropic()); },
  async federation_refused({ anthropic }) {
    try {
      await ask(new anthropic.Anthropic({ maxRetries: 0 }));
    } catch (error) {
      check(/400|invalid_request/.test(error.message), `the error comes through, not ${error.message}`);
      return;
    }
    throw new Error('not so: it is refused');
  },
  async revoked({ anthropic, tell }) {
    const client = new anthropic.Anthropic();
    await ask(client);
    tell('revoke');
    await ask(client);  // a 401, and a forced refresh
  },
  async profile({ anthropic, at }) {
    await ask(new anthropic.Anthropic());
    const file = path.join(process.env.ANTHROPIC_CONFIG_DIR, 'credentials', 'default.json');
    const kept = JSON.parse(fs.readFileSync(file, 'utf8'));
    check(kept.access_token.startsWith('sk-ant-oat01-fake'), 'the token is kept');
    check((fs.statSync(file).mode & 0o777) === 0o600, 'for this user alone');
    check(Object.keys(kept).sort().join() === 'access_token,expires_at,type,version', `what reroute writes too, not ${Object.keys(kept)}`);
    check(at.authority.startsWith('https'), 'over TLS');
  },
  async login({ anthropic }) {
    await ask(new anthropic.Anthropic());
    const file = path.join(process.env.ANTHROPIC_CONFIG_DIR, 'credentials', 'default.json');
    const kept = JSON.parse(fs.readFileSync(file, 'utf8'));
    check(kept.refresh_token.startsWith('sk-ant-ort01-fake-refresh'), 'the new refresh token is kept');
  },
};

// ---- what each process finds in its environment

function environmentOf(name, at, folder) {
  const base = { PATH: process.env.PATH, HOME: folder, NODE_EXTRA_CA_CERTS: at.ca };
  const config = path.join(folder, `config-${name}`);
  const rule = {
    ANTHROPIC_BASE_URL: at.authority, ANTHROPIC_CONFIG_DIR: config, ANTHROPIC_FEDERATION_RULE_ID: 'fdrl_1',
    ANTHROPIC_ORGANIZATION_ID: 'org-1', ANTHROPIC_IDENTITY_TOKEN_FILE: at.assertion,
  };
  const put = (file, value, mode) => {
    fs.mkdirSync(path.dirname(path.join(config, file)), { recursive: true });
    fs.writeFileSync(path.join(config, file), JSON.stringify(value), { mode });
  };
  const application = { AZURE_TENANT_ID: tenant, AZURE_CLIENT_ID: at.client_id, AZURE_AUTHORITY_HOST: at.authority };
  switch (name) {
    case 'default_secret': return { ...base, ...application, AZURE_CLIENT_SECRET: at.client_secret };
    case 'default_workload': return { ...base, ...application, AZURE_FEDERATED_TOKEN_FILE: at.assertion };
    case 'app_service': return { ...base, IDENTITY_ENDPOINT: at.app_service, IDENTITY_HEADER: at.identity_header };
    case 'machine_learning': return { ...base, MSI_ENDPOINT: at.machine_learning, MSI_SECRET: at.identity_header };
    case 'federation': case 'revoked': return { ...base, ...rule };
    case 'federation_refused': return { ...base, ...rule, ANTHROPIC_FEDERATION_RULE_ID: 'no_rule' };
    case 'profile':
      put('configs/default.json', { version: '1.0', organization_id: 'org-1', base_url: at.authority,
        authentication: { type: 'oidc_federation', federation_rule_id: 'fdrl_1',
          identity_token: { source: 'file', path: at.assertion } } });
      return { ...base, ANTHROPIC_CONFIG_DIR: config };
    case 'login':
      put('configs/default.json', { base_url: at.authority, authentication: { type: 'user_oauth', client_id: 'client-1' } });
      put('credentials/default.json', { version: '1.0', type: 'oauth_token', access_token: 'old', expires_at: 1,
        refresh_token: at.refresh_token }, 0o600);
      return { ...base, ANTHROPIC_CONFIG_DIR: config };
    default:
      return name.startsWith('imds') ? { ...base, AZURE_POD_IDENTITY_AUTHORITY_HOST: at.imds } : base;
  }
}

async function child(name, at, modules) {
  const need = createRequire(path.join(modules, 'x.js'));
  const options = { authorityHost: at.authority, disableInstanceDiscovery: true };
  await cases[name]({
    azure: need('@azure/identity'), anthropic: need('@anthropic-ai/sdk'), at, options,
    tell: (line) => { fs.writeSync(3, `${line}\n`); spawnSync('sleep', ['0.3']); },
  });
}

async function parent(serve, modules) {
  for (const name of ['@azure/identity', '@anthropic-ai/sdk']) {
    if (!fs.existsSync(path.join(modules, name))) {
      console.log(`SKIPPED: ${name} is not in ${modules}; run ./dev clients`);
      process.exit(77);
    }
  }
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'reroute-clients-'));
  const server = spawn(serve, [folder], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = readline.createInterface({ input: server.stdout })[Symbol.asyncIterator]();
  const at = JSON.parse((await lines.next()).value);
  const command = async (line) => {
    server.stdin.write(`${line}\n`);
    return JSON.parse((await lines.next()).value);
  };
  let failed = 0;
  for (const name of Object.keys(cases)) {
    if (name === 'imds_busy') {
      await command('fault imds 404 1');
      await command('fault imds 410 1');
    }
    const before = await command('count');
    const run = spawn(process.execPath, [own, '--case', name, JSON.stringify(at), modules],
      { env: environmentOf(name, at, folder), stdio: ['ignore', 'inherit', 'pipe', 'pipe'] });
    let said = '';
    run.stderr.on('data', (data) => { said += data; });
    run.stdio[3].on('data', (data) => { for (const line of String(data).split('\n').filter(Boolean)) command(line); });
    const [code] = await once(run, 'exit');
    const after = await command('count');
    const more = (what, service) => after[what][service] - before[what][service];
    const counted = Object.keys(after.issued).filter((s) => more('heard', s))
      .map((s) => `${s}: ${more('heard', s)} heard, ${more('issued', s)} issued`).join('; ');
    console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${name} (${counted})`);
    if (code !== 0) { failed += 1; console.log(said); }
  }
  server.stdin.end();
  await once(server, 'exit');
  fs.rmSync(folder, { recursive: true });
  console.log(failed ? `${failed} cases failed` : `all ${Object.keys(cases).length} cases passed`);
  process.exit(failed ? 1 : 0);
}

if (process.argv[2] === '--case') {
  await child(process.argv[3], JSON.parse(process.argv[4]), process.argv[5]);
  process.exit(0);
} else {
  await parent(process.argv[2], process.argv[3]);
}
