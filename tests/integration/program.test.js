/*
 * program.test.js: the program as an operator meets it: commands, exit codes, settings, signals.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { answered } = require('./support/expect');
const { until } = require('./support/poll');
const { suite } = require('./support/suite');

const cors = (origin) => `http:\n  cors:\n    origins: [${origin}]\n`;

suite('the program', { config: cors('https://a.example.com') }, (s) => {
  /* `config check` of a YAML text. */
  async function check(text) {
    const file = path.join(s.server.folder, 'checked.yaml');
    fs.writeFileSync(file, text);
    const { words } = s.server;
    s.server.words = ['--config', file];
    try {
      return { ...await s.server.command('config', 'check'), file };
    } finally {
      s.server.words = words;
    }
  }

  s.test('version is one line on stdout', async () => {
    assert.match(await s.server.mustCommand('version'), /^\S*.*\d+\.\d+\.\d+\S*\n$/);
  });

  for (const words of [[], ['conquer'], ['serve', '--nonsense'], ['keys', 'create', '--role', 'emperor'], ['--config'], ['serve', '--port', 'x']]) {
    s.test(`\`${words.join(' ')}\` is wrong usage: exit 2, a word on stderr, nothing on stdout`, async () => {
      const { code, stdout, stderr } = await s.server.command(...words);
      assert.equal(code, 2, stderr);
      assert.notEqual(stderr.trim(), '');
      assert.equal(stdout, '');
    });
  }

  s.test('what a program reads is JSON', async () => {
    assert.ok((await s.server.routes()).length > 0);
    assert.match(JSON.parse(await s.server.mustCommand('openapi')).openapi, /^3\.1/);
    JSON.parse(await s.server.mustCommand('plugins', 'list', '--json'));
    JSON.parse(await s.server.mustCommand('keys', 'list', '--json'));
  });

  s.test('`openapi` prints what /openapi.json serves', async () => {
    assert.deepEqual(JSON.parse(await s.server.mustCommand('openapi')), answered(await s.get('/openapi.json'), 200));
  });

  s.test('keys list shows no key', async () => {
    const key = await s.server.makeKey({ role: 'viewer' });
    const listed = await s.server.mustCommand('keys', 'list', '--json');
    assert.ok(!listed.includes(key));
    assert.ok(!listed.includes(s.server.secretKey));
  });

  s.test('migrations are done, and doing them again or many at once changes nothing', async () => {
    assert.equal((await s.server.command('migrate', '--check')).code, 0);
    const all = await Promise.all(Array.from({ length: 4 }, () => s.server.command('migrate')));
    all.forEach(({ code, stderr }) => assert.equal(code, 0, stderr));
  });

  const WRONG = {
    'an unknown key': ['server:\n  prot: 8000\n', 2, /prot/],
    'a wrong type': ['server:\n  port: many\n', 2, /port/],
    'a port that is none': ['server:\n  port: 70000\n', 2, /65535/],
    'a key twice': ['server:\n  port: 1\n  port: 2\n', 3, /port/],
    'an environment that is none': ['environment: staging\n', 1, /production/],
    'broken YAML': ['server: [\n', null, /./],
    'a list for a map': ['server:\n  - port\n', 2, /./],
    'a database that is none': ['database:\n  url: mysql://root@localhost/db\n', 2, /sqlite|postgresql/],
    'a rate that is none': ['limits:\n  rate: fast\n', 2, /rate/],
    'an API version that YAML reads as a date': ['stripe:\n  api_version: 2026-10-28\n', 2, /quote/i],
  };
  for (const [name, [text, line, says]] of Object.entries(WRONG)) {
    s.test(`${name} is refused at its place with exit 78`, async () => {
      const { code, stderr, file } = await check(text);
      assert.equal(code, 78, stderr);
      assert.match(stderr, new RegExp(`${path.basename(file)}:${line === null ? '\\d+' : line}:\\d+: `));
      assert.match(stderr, says);
    });
  }

  s.test('a sound file passes', async () => {
    const { code, stderr } = await check('server:\n  port: 8080\nlimits:\n  rate: "100:200"\n');
    assert.equal(code, 0, stderr);
  });

  s.test('a file that is not there is exit 78 with its name', async () => {
    const { words } = s.server;
    s.server.words = ['--config', '/nowhere/at/all.yaml'];
    const { code, stderr } = await s.server.command('config', 'check');
    s.server.words = words;
    assert.equal(code, 78);
    assert.match(stderr, /\/nowhere\/at\/all\.yaml/);
  });

  s.test('a bad value of the environment is refused with its name, the value of a secret is not shown', async () => {
    const { env } = s.server;
    s.server.env = { ...env, STRIPE_LITE_PORT: 'many', STRIPE_LITE_SECRET_KEY: 'short-and-secret' };
    const { code, stderr } = await s.server.command('config', 'check');
    s.server.env = env;
    assert.equal(code, 78);
    assert.match(stderr, /STRIPE_LITE_PORT/);
    assert.ok(!stderr.includes('short-and-secret'));
  });

  s.test('production refuses to start without its keys', async () => {
    const { env } = s.server;
    s.server.env = { ...env, STRIPE_LITE_ENVIRONMENT: 'production' };
    delete s.server.env.STRIPE_LITE_ENCRYPTION_KEY;
    const { code, stderr } = await s.server.command('config', 'check');
    s.server.env = env;
    assert.equal(code, 78, stderr);
    assert.match(stderr, /encryption_key|STRIPE_LITE_ENCRYPTION_KEY/);
  });

  s.test('SIGHUP reads the settings anew and fails no request', async () => {
    const origin = 'https://b.example.com';
    const allowed = async () => (await s.get('/v1/balance', { headers: { origin, connection: 'close' } })).headers['access-control-allow-origin'];
    assert.equal(await allowed(), undefined);
    s.server.writeConfig(cors(origin));
    s.server.child.kill('SIGHUP');
    await until('the new origin counts', async () => {
      const seen = await s.get('/v1/balance', { headers: { origin, connection: 'close' } });
      assert.equal(seen.status, 200);
      return seen.headers['access-control-allow-origin'] === origin;
    }, 20);
  });

  s.test('SIGHUP with a broken file keeps the old settings and the server', async () => {
    s.server.writeConfig('server: [\n');
    const from = s.server.log.length;
    s.server.child.kill('SIGHUP');
    await until('the log tells of the file', () => /stripe_lite\.yaml:\d+:\d+/.test(s.server.log.slice(from)));
    assert.equal((await s.get('/v1/balance', { headers: { origin: 'https://b.example.com' } })).headers['access-control-allow-origin'], 'https://b.example.com');
    s.server.writeConfig(cors('https://b.example.com'));
  });

  s.test('SIGTERM lets a request in flight end, then exits 0', async () => {
    answered(await s.post('/v1/test_helpers/simulator', { latency_ms: 1500 }), 200);
    const { id } = await s.stripe.paymentIntents.create({ amount: 100, currency: 'usd' });
    const slow = s.post(`/v1/payment_intents/${id}/confirm`, { payment_method: 'pm_card_visa', return_url: 'https://example.com/back' });
    await until('the gateway is being asked', async () => (await s.stripe.paymentIntents.retrieve(id)).status === 'processing');
    const stopped = s.server.stop();
    assert.equal(answered(await slow, 200).status, 'succeeded');
    assert.equal((await stopped).code, 0);
    await s.server.start();
    s.reconnect();
    answered(await s.post('/v1/test_helpers/simulator', { latency_ms: 0 }), 200);
  });

  s.test('SIGINT ends it with 0 as well, SIGQUIT at once', async () => {
    assert.equal((await s.server.end('SIGINT', 35)).code, 0);
    await s.server.start();
    const started = Date.now();
    await s.server.end('SIGQUIT', 10);
    assert.ok(Date.now() - started < 3000);
    await s.server.start();
    s.reconnect();
  });
});
