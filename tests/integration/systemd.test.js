/*
 * systemd.test.js: sockets passed by the service manager, readiness, reloads, the watchdog, and the unit that is shipped.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { test } = require('node:test');
const { answered } = require('./support/expect');
const { until } = require('./support/poll');
const { build, bundledPlugins, program, repository, run } = require('./support/program');
const { suite } = require('./support/suite');

const manager = path.join(__dirname, 'support/service_manager.py');
const fresh = { headers: { connection: 'close' } };
const workers = process.env.STRIPE_LITE_TEST_DATABASE === 'postgres' ? '2' : '1';

/* What the stand-in for the service manager has told under this name. */
function told(s, name) {
  return s.server.log.split('\n').filter((line) => line.startsWith(`{"${name}":`)).map((line) => JSON.parse(line)[name]);
}

const managed = (extra = {}) => ({ MANAGER_PROGRAM: program, MANAGER_SOCKETS: 'api:api:metrics', STRIPE_LITE_WORKERS: workers, ...extra });

suite('sockets passed by a service manager', { binary: manager, env: managed() }, (s) => {
  const ports = () => told(s, 'sockets').at(-1);
  const ask = async (port, words) => (await fetch(`http://127.0.0.1:${port}${words}`, { headers: { connection: 'close' } })).status;

  s.test('are listened on, each of them, instead of host and port', async () => {
    assert.equal(s.server.port, ports()[0]);
    for (const port of ports().slice(0, 2)) assert.equal(await ask(port, '/live'), 200);
    answered(await s.get('/v1/balance'), 200);
  });

  s.test('one called metrics serves metrics alone', async () => {
    assert.equal(await ask(ports()[2], '/metrics'), 200);
    assert.equal(await ask(ports()[2], '/v1/balance'), 404);
  });

  s.test('stay through a reload, of which the manager is told', async () => {
    const before = Number(process.hrtime.bigint() / 1000n);
    s.server.child.kill('SIGHUP');
    const notes = await until('it is ready again', () => {
      const heard = told(s, 'notify');
      const at = heard.findIndex((note) => note.startsWith('RELOADING=1\n'));
      return at >= 0 && heard.slice(at).some((note) => note.startsWith('READY=1')) && heard;
    }, 20);
    const [, when] = notes.find((note) => note.startsWith('RELOADING=1\n')).match(/^MONOTONIC_USEC=(\d+)$/m);
    assert.ok(Number(when) >= before && Number(when) <= Number(process.hrtime.bigint() / 1000n), when);
    for (const port of ports().slice(0, 2)) assert.equal(await ask(port, '/live'), 200);
  });

  s.test('the manager was told that it is ready, and where', () => {
    assert.equal(told(s, 'notify')[0], `READY=1\nSTATUS=listening on http://127.0.0.1:${ports()[0]}`);
  });

  s.test('its end is told first', async () => {
    const { code } = await s.server.stop();
    assert.equal(code, 0);
    assert.equal(told(s, 'notify').at(-1), 'STOPPING=1');
    await s.server.start();
    s.reconnect();
  });
});

const crasher = ['plugins:', ...bundledPlugins().map((name) => `  - name: ${name}`),
  '  - name: crasher', `    path: ${path.join(build, 'tests/plugins/test_plugin_crasher.so')}`, ''].join('\n');

suite('the watchdog', { binary: manager, config: crasher, env: managed({ MANAGER_SOCKETS: '', MANAGER_WATCHDOG: '3000000', STRIPE_LITE_WATCHDOG: '3', STRIPE_LITE_WORKERS: '1' }) }, (s) => {
  const signs = () => told(s, 'notify').filter((note) => note === 'WATCHDOG=1').length;

  s.test('is told again and again that the workers live', () => until('signs of life', () => signs() >= 2));

  s.test('hears nothing while a loop stands still; that worker is replaced', async () => {
    const from = s.server.log.length;
    await assert.rejects(s.get('/crash/hang', { key: null, ...fresh }));
    assert.match(s.server.log.slice(from), /"message":"a worker's loop stands still, ending it"/);
    const before = signs();
    await until('a new worker serves', async () => (await s.get('/v1/balance', fresh)).status === 200);
    await until('signs of life', () => signs() > before);
  });
});

for (const [what, type, message] of [['a datagram socket', 'SOCK_DGRAM', /no stream socket/], ['a socket that does not listen', 'SOCK_STREAM', /does not listen/]]) {
  test(`${what} is refused with a sentence`, async () => {
    const text = `import os,socket,sys
s=socket.socket(socket.AF_INET,socket.${type}); s.bind(("127.0.0.1",0))
os.dup2(s.fileno(),63); os.dup2(63,3)
os.environ.update(LISTEN_PID=str(os.getpid()),LISTEN_FDS="1")
os.execv(sys.argv[1],sys.argv[1:])`;
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'stripe_lite_passed_'));
    const { code, stderr } = await run('python3', ['-c', text, program, 'serve'], { cwd: folder, env: { PATH: process.env.PATH, STRIPE_LITE_SECRET_KEY: 'sk_test_0123456789' } });
    fs.rmSync(folder, { recursive: true });
    assert.equal(code, 1, stderr);
    assert.match(stderr, /the socket passed as descriptor 3 is refused/);
    assert.match(stderr, message);
  });
}

const unit = fs.readFileSync(path.join(repository, 'config/stripe-lite.service.in'), 'utf8').replaceAll('@bindir@', build);

test('the unit says how it is started, reloaded, watched and shut in', () => {
  const settings = new Set(unit.split('\n'));
  for (const line of ['Type=notify', 'NotifyAccess=main', 'ExecReload=/bin/kill -HUP $MAINPID', 'KillMode=mixed', 'LimitCORE=0', 'NoNewPrivileges=yes',
    'ProtectSystem=strict', 'CapabilityBoundingSet=', 'SystemCallFilter=@system-service', 'RestartPreventExitStatus=2 78']) {
    assert.ok(settings.has(line), line);
  }
  const seconds = Number(unit.match(/^TimeoutStopSec=(\d+)$/m)[1]);
  assert.ok(seconds > 32, 'the drain has its time');
});

test('systemd itself finds the unit sound and little exposed', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'stripe_lite_unit_'));
  const file = path.join(folder, 'stripe-lite.service');
  fs.writeFileSync(file, unit);
  fs.copyFileSync(path.join(repository, 'config/stripe-lite.socket'), path.join(folder, 'stripe-lite.socket'));
  const env = { ...process.env, SYSTEMD_UNIT_PATH: `${folder}:` };
  const verified = await run('systemd-analyze', ['verify', file, path.join(folder, 'stripe-lite.socket')], { env });
  const exposed = await run('systemd-analyze', ['security', '--offline=yes', '--threshold=20', '--no-pager', file], { env });
  fs.rmSync(folder, { recursive: true });
  assert.equal(verified.code, 0, verified.stderr);
  assert.equal(verified.stderr, '');
  assert.equal(exposed.code, 0, exposed.stdout.slice(-200));
});
