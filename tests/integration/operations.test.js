/*
 * operations.test.js: what an operator does to a running server: log rotation, metrics, reloads, workers that die, keys.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const { answered } = require('./support/expect');
const { until } = require('./support/poll');
const { build, mustRun, repository } = require('./support/program');
const { suite } = require('./support/suite');

const fresh = { headers: { connection: 'close' } };

/* A port that nobody has just now. */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/* Whether a process still runs; one that has ended and waits to be counted does not. */
function runs(pid) {
  try {
    return !/^\d+ \(.*\) [ZX]/s.test(fs.readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/* Asks again and again while `step` goes on; every answer must be 200. Resolves to how many there were. */
async function whileAsking(s, step) {
  let over = false;
  let count = 0;
  const asking = (async () => {
    while (!over) {
      answered(await s.get('/v1/balance', count % 2 ? fresh : {}), 200);
      count += 1;
    }
  })();
  try {
    await Promise.race([step(), asking]);
  } finally {
    over = true;
  }
  await asking;
  return count;
}

suite('the log file', { env: { STRIPE_LITE_LOG_FILE: 'server.log' } }, (s) => {
  const file = (name) => path.join(s.server.folder, name);
  const read = (name) => (fs.existsSync(file(name)) ? fs.readFileSync(file(name), 'utf8') : '');

  s.test('holds each request, and SIGUSR1 opens it anew without losing one', async () => {
    const ids = [];
    const ask = async () => ids.push((await s.get('/v1/balance')).headers['request-id']);
    await ask();
    assert.ok(read('server.log').includes(ids[0]));
    fs.renameSync(file('server.log'), file('server.log.1'));
    await ask();
    assert.ok(read('server.log.1').includes(ids[1]), 'until told, the old file goes on');
    s.server.child.kill('SIGUSR1');
    await until('a request is told in the new file', async () => {
      await ask();
      return read('server.log').includes(ids.at(-1));
    });
    const all = read('server.log.1') + read('server.log');
    assert.deepEqual(ids.filter((id) => !all.includes(id)), []);
    assert.ok(!s.server.log.includes(ids[0]), 'stderr has none of it');
  });

  s.test('one that cannot be opened is exit 78 with its name', async () => {
    const { env } = s.server;
    s.server.env = { ...env, STRIPE_LITE_LOG_FILE: '/nowhere/server.log' };
    const { code, stderr } = await s.server.command('serve', '--port', '0');
    s.server.env = env;
    assert.equal(code, 78);
    assert.match(stderr, /\/nowhere\/server\.log/);
  });
});

const metrics = { env: {}, before: async () => { metrics.env.STRIPE_LITE_METRICS_PORT = String(await freePort()); } };

suite('a port for metrics', metrics, (s) => {
  const there = async (words, headers) => {
    const answer = await fetch(`http://127.0.0.1:${metrics.env.STRIPE_LITE_METRICS_PORT}${words}`, { headers });
    return { status: answer.status, text: await answer.text() };
  };

  s.test('shows them to whoever reaches it, and the probes, and nothing else', async () => {
    answered(await s.get('/v1/balance'), 200);
    const { status, text } = await there('/metrics');
    assert.equal(status, 200);
    assert.match(text, /^stripe_lite_http_requests_total\{.*status="2xx".*\} [1-9]/m);
    assert.equal((await there('/live')).status, 200);
    assert.equal((await there('/ready')).status, 200);
    for (const words of ['/v1/balance', '/openapi.json', '/docs', '/']) {
      assert.equal((await there(words, { authorization: `Bearer ${s.server.secretKey}` })).status, 404, words);
    }
  });

  s.test('the shipped alarms look at metrics that there are', async () => {
    const rules = fs.readFileSync(path.join(repository, 'config/prometheus.rules.yaml'), 'utf8');
    const { text } = await there('/metrics');
    const series = new Set([...text.matchAll(/^(\w+)(?:\{(\w+)="([^"]*)")?/gm)].flatMap(([, name, label, value]) => [name, `${name}{${label}="${value}"}`]));
    const source = fs.readFileSync(path.join(repository, 'core/app/workers.c'), 'utf8');
    const used = [...rules.matchAll(/(stripe_lite_\w+)(\{\w+="\w+"\})?/g)].map(([all]) => all);
    assert.ok(used.length >= 9, used.join());
    /* A plugin has its series once it has crashed. */
    for (const name of used) assert.ok(series.has(name) || (name === 'stripe_lite_plugin_crashes_total' && source.includes(name)), name);
    assert.equal(rules.match(/^ {6}- alert: StripeLite\w+$/gm).length, rules.match(/^ {10}summary: ".+"$/gm).length);
    const checked = spawnSync('promtool', ['check', 'rules', path.join(repository, 'config/prometheus.rules.yaml')]);
    if (!checked.error) assert.equal(checked.status, 0, String(checked.stderr));
  });

  s.test('on the main port they need an admin', async () => {
    assert.equal((await s.get('/metrics', { key: null })).status, 401);
    assert.equal((await s.get('/metrics', { key: await s.server.makeKey({ role: 'viewer' }) })).status, 403);
  });

  s.test('that is taken ends the start with a sentence', async () => {
    const { code, stderr } = await s.server.command('serve', '--port', '0');
    assert.equal(code, 1, stderr);
    assert.match(stderr, new RegExp(`cannot listen on 127\\.0\\.0\\.1:${metrics.env.STRIPE_LITE_METRICS_PORT}: the port is in use`));
  });
});

suite('processes', {
  env: process.env.STRIPE_LITE_TEST_DATABASE === 'postgres' ? { STRIPE_LITE_WORKERS: '2' } : {},
}, (s) => {
  const two = process.env.STRIPE_LITE_TEST_DATABASE === 'postgres';

  s.test('a port in use ends the start with a sentence', async () => {
    const { code, stderr, stdout } = await s.server.command('serve', '--port', String(s.server.port));
    assert.equal(code, 1, stderr);
    assert.match(stderr, new RegExp(`cannot listen on 127\\.0\\.0\\.1:${s.server.port}: the port is in use`));
    assert.equal(stdout, '');
  });

  s.test('as many workers as asked for, and each of them serves', async () => {
    const workers = s.server.workers();
    assert.equal(workers.length, two ? 2 : 1);
    if (!two) return;
    /* While one stands still, what is answered came from the other. */
    for (const pid of workers) {
      process.kill(pid, 'SIGSTOP');
      const asked = Array.from({ length: 24 }, () => s.get('/v1/balance', fresh));
      try {
        await Promise.any(asked);
      } finally {
        process.kill(pid, 'SIGCONT');
      }
      (await Promise.all(asked)).forEach((answer) => answered(answer, 200));
    }
  });

  s.test('a worker that is killed is replaced, and the log says by which signal it ended', async () => {
    const [victim, ...others] = s.server.workers();
    const from = s.server.log.length;
    process.kill(victim, 'SIGKILL'); /* which no sanitizer takes for itself */
    await until('another worker is there', () => {
      const now = s.server.workers();
      return now.length === others.length + 1 && !now.includes(victim);
    });
    await until('the log tells', () => /ended by a signal.*"signal":"?9\b/.test(s.server.log.slice(from)));
    assert.ok(others.every((pid) => s.server.workers().includes(pid)), 'the other one goes on');
    await until('it serves', async () => {
      const answers = await Promise.allSettled(Array.from({ length: 16 }, () => s.get('/v1/balance', fresh)));
      return answers.every(({ value }) => value?.status === 200);
    });
  });

  s.test('workers end within a second of their master', async () => {
    answered(await s.get('/v1/balance'), 200); /* and its connection stays open */
    const workers = s.server.workers();
    const started = Date.now();
    s.server.child.kill('SIGKILL');
    await until('no worker is left', () => !workers.some(runs), 5);
    assert.ok(Date.now() - started < 1300, `it took ${Date.now() - started} ms`);
    await s.server.ended;
    await s.server.start();
    s.reconnect();
    answered(await s.get('/v1/balance'), 200);
  });
});

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'stripe_lite_reload_'));
process.on('exit', () => fs.rmSync(folder, { recursive: true, force: true }));
const plugin = path.join(folder, 'word.so');
const bundled = fs.existsSync(path.join(build, 'plugins')) ? fs.readdirSync(path.join(build, 'plugins')).filter((name) => name.endsWith('.so')) : [];

/* A plugin whose only route says `word`. */
async function buildPlugin(word) {
  const source = path.join(folder, 'word.c');
  fs.writeFileSync(source, `#include <stripe_lite/stripe_lite.h>
static sl_status say(sl_context *cx, const void *params)
{
    (void)params;
    return sl_reply_json(cx, 200, sl_json_object(cx, "word", "${word}"));
}
static const sl_route routes[] = { { "GET /word", say, .access = SL_ACCESS_OPEN }, SL_ROUTES_END };
SL_PLUGIN(.name = "word", .version = "1.0.0", .summary = "Says a word", .routes = routes)
`);
  await mustRun('cc', ['-shared', '-fPIC', '-std=c17', `-I${path.join(repository, 'sdk/include')}`, '-o', `${plugin}.new`, source]);
  fs.renameSync(`${plugin}.new`, plugin);
}

const settings = (origin, extra = '') => ['http:', '  cors:', `    origins: [${origin}]`, 'plugins:',
  ...bundled.map((name) => `  - name: ${path.basename(name, '.so')}`),
  '  - name: word', `    path: ${plugin}`, '    required: true', extra].join('\n');

suite('serve --reload', { config: settings('https://a.example.com'), serve: ['--reload'], before: () => buildPlugin('one') }, (s) => {
  const word = async () => (await s.get('/word', { key: null, ...fresh })).json.word;
  const reloads = () => s.server.log.split('reloading in fresh workers').length - 1;

  s.test('a plugin that was built anew is loaded, and no request fails meanwhile', async () => {
    assert.equal(await word(), 'one');
    const asked = await whileAsking(s, async () => {
      await buildPlugin('two');
      await until('the new plugin answers', async () => (await word()) === 'two', 20);
    });
    assert.ok(asked > 0);
  });

  s.test('changed settings count, and no request fails meanwhile', async () => {
    const origin = 'https://b.example.com';
    await whileAsking(s, async () => {
      s.server.writeConfig(settings(origin));
      await until('the new origin counts', async () =>
        (await s.get('/v1/balance', { headers: { origin, ...fresh.headers } })).headers['access-control-allow-origin'] === origin, 20);
    });
  });

  s.test('what the database and others write beside the settings is no reason to reload', async () => {
    const before = reloads();
    for (let i = 0; i < 5; i += 1) answered(await s.post('/v1/customers', { name: `Written ${i}` }), 200);
    fs.writeFileSync(path.join(s.server.folder, 'notes.txt'), 'a note');
    answered(await s.get('/v1/balance'), 200);
    /* A reload that these had caused would come before the one that is asked for here. */
    s.server.writeConfig(settings('https://c.example.com'));
    await until('it reloads', () => reloads() > before, 20);
    await until('the new generation serves', async () =>
      (await s.get('/v1/balance', { headers: { origin: 'https://c.example.com', ...fresh.headers } })).headers['access-control-allow-origin'], 20);
    assert.equal(reloads(), before + 1);
  });

  s.test('a required plugin that is broken leaves the old ones at work, also when their worker is replaced', async () => {
    const from = s.server.log.length;
    fs.writeFileSync(`${plugin}.new`, 'no plugin');
    fs.renameSync(`${plugin}.new`, plugin);
    await until('the log tells', () => /reload refused/.test(s.server.log.slice(from)), 20);
    assert.equal(await word(), 'two');
    await buildPlugin('three');
    await until('the mended one is loaded', async () => (await word()) === 'three', 20);
  });

  s.test('settings that were refused do not reach a worker that is replaced', async () => {
    const from = s.server.log.length;
    s.server.writeConfig(settings('https://d.example.com', `  - name: missing\n    path: ${folder}/missing.so\n    required: true\n`));
    await until('the log tells', () => /reload refused/.test(s.server.log.slice(from)), 20);
    const [victim] = s.server.workers();
    process.kill(victim, 'SIGKILL');
    await until('another worker serves', async () => !s.server.workers().includes(victim) && (await s.get('/v1/balance', fresh)).status === 200, 20);
    assert.equal(await word(), 'three');
    s.server.writeConfig(settings('https://a.example.com'));
  });
});

suite('plugins and keys', { config: `plugins:\n${bundled.map((name) => `  - name: ${path.basename(name, '.so')}\n`).join('')}  - name: absent\n    path: ${folder}/absent.so\n` }, (s) => {
  s.test('a plugin that is not required is left out with its reason, and the server serves', async () => {
    const listed = JSON.parse(await s.server.mustCommand('plugins', 'list', '--json'));
    const absent = listed.find(({ name }) => name === 'absent');
    assert.equal(absent.loaded, false);
    assert.match(absent.refusal, /absent\.so/);
    for (const one of listed.filter(({ name }) => name !== 'absent')) {
      assert.equal(one.loaded, true, JSON.stringify(one));
      assert.match(one.version, /^\d+\.\d+\.\d+$/);
      assert.notEqual(one.summary, '');
      assert.equal(one.refusal, null);
    }
    assert.equal(listed.length, bundled.length + 1);
    answered(await s.get('/v1/balance'), 200);
    assert.match(s.server.log, /absent\.so/);
  });

  s.test('one that is required and fails ends the start with exit 78 and its reason', async () => {
    const file = path.join(s.server.folder, 'required.yaml');
    fs.writeFileSync(file, `plugins:\n  - name: absent\n    path: ${folder}/absent.so\n    required: true\n`);
    const { words } = s.server;
    s.server.words = ['--config', file];
    const { code, stderr, stdout } = await s.server.command('serve', '--port', '0');
    s.server.words = words;
    assert.equal(code, 78, stderr);
    assert.match(stderr, /absent\.so/);
    assert.doesNotMatch(stdout, /listening/);
  });

  s.test('an option that the plugin does not take ends the start with its place, though the plugin is not required', async () => {
    const { env, words } = s.server;
    const file = path.join(s.server.folder, 'options.yaml');
    const WRONG = [
      ['      unique_email: perhaps\n', {}, /options\.yaml:4:21: .*unique_email/],
      ['      uniq_email: true\n', {}, /options\.yaml:4:19: .*uniq_email.*unique_email/],
      ['      unique_email: true\n', { STRIPE_LITE_CUSTOMERS_UNIQUE_EMAIL: 'perhaps' }, /STRIPE_LITE_CUSTOMERS_UNIQUE_EMAIL: /],
    ];
    for (const [line, extra, says] of WRONG) {
      fs.writeFileSync(file, `plugins:\n  - name: customers\n    settings:\n${line}`);
      s.server.words = ['--config', file];
      s.server.env = { ...env, ...extra };
      for (const command of [['serve', '--port', '0'], ['config', 'check']]) {
        const { code, stderr } = await s.server.command(...command);
        assert.equal(code, 78, stderr);
        assert.match(stderr, new RegExp(`^stripe-lite: plugin "customers": .*${says.source}`, 'm'));
      }
    }
    Object.assign(s.server, { env, words });
  });

  s.test('config show masks every secret and shows the plugins\' options', async () => {
    const { env } = s.server;
    s.server.env = { ...env, STRIPE_LITE_CUSTOMERS_UNIQUE_EMAIL: 'true', STRIPE_SECRET_KEY: 'sk_test_ofstripe' };
    const texts = [await s.server.mustCommand('config', 'show'), await s.server.mustCommand('config', 'show', '--json')];
    s.server.env = env;
    for (const text of texts) {
      for (const secret of [...s.server.secrets(), 'sk_test_ofstripe']) assert.ok(!text.includes(secret), text);
      assert.match(text, /unique_email/);
    }
    assert.match(texts[0], /unique_email: "?true"?/);
    JSON.parse(texts[1]);
  });

  s.test('keys rotate gives a new key; the old one ends at once, or after the grace', async () => {
    const status = async (key) => (await s.get('/v1/customers', { key })).status;
    const rotated = async (...words) => {
      const made = await s.server.makeKey({ role: 'viewer' });
      const { id } = JSON.parse(await s.server.mustCommand('keys', 'list', '--json')).find(({ key, revoked }) => !revoked && made.endsWith(key.slice(-4)));
      assert.equal(await status(made), 200);
      const next = (await s.server.mustCommand('keys', 'rotate', id, ...words)).trim();
      s.server.madeKeys.push(next);
      assert.notEqual(next, made);
      return [made, next];
    };
    const [ended, its] = await rotated();
    await until('the old key has ended', async () => (await status(ended)) === 401);
    assert.equal(await status(its), 200);
    const [old, successor] = await rotated('--grace', '2');
    assert.deepEqual([await status(old), await status(successor)], [200, 200]);
    await until('the grace is over', async () => (await status(old)) === 401, 8);
    assert.equal(await status(successor), 200);
  });

  for (const grace of ['soon', '-1', '1.5', '', '99999999999999999999']) {
    s.test(`--grace ${JSON.stringify(grace)} is wrong usage`, async () => {
      const { code, stderr } = await s.server.command('keys', 'rotate', 'ak_nobody', '--grace', grace);
      assert.equal(code, 2, stderr);
      assert.match(stderr, /grace/);
    });
  }
});
