/*
 * reload.test.js: a server is reloaded again and again, and stopped, under load: no request fails.
 *
 * Meanwhile a plugin's file is replaced by another version, and the settings take it out and in again. Eight reloads usually, a
 * hundred with STRIPE_LITE_TEST_LONG=1.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const http = require('node:http');
const os = require('node:os');
const path = require('node:path');
const { answered } = require('./support/expect');
const { until } = require('./support/poll');
const { bundledPlugins, mustRun, repository } = require('./support/program');
const { suite } = require('./support/suite');

const RELOADS = process.env.STRIPE_LITE_TEST_LONG ? 100 : 8;
const CLIENTS = 16;
const VERSIONS = 2;
const env = { STRIPE_LITE_WORKERS: process.env.STRIPE_LITE_TEST_DATABASE === 'postgres' ? '2' : '1', STRIPE_LITE_LOG_LEVEL: 'warning' };

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'stripe_lite_swap_'));
process.on('exit', () => fs.rmSync(folder, { recursive: true, force: true }));
const plugin = path.join(folder, 'swapped.so');

/* A plugin whose only route says which version of it serves. */
async function buildPlugin(version) {
  const source = path.join(folder, `swapped_${version}.c`);
  fs.writeFileSync(source, `#include <stripe_lite/stripe_lite.h>
static sl_status say(sl_context *cx, const void *params)
{
    (void)params;
    return sl_reply_json(cx, 200, sl_json_object(cx, "version", "${version}"));
}
static const sl_route routes[] = { { "GET /swapped", say, .access = SL_ACCESS_OPEN }, SL_ROUTES_END };
SL_PLUGIN(.name = "swapped", .version = "${version}.0.0", .summary = "Says its version", .routes = routes)
`);
  await mustRun('cc', ['-shared', '-fPIC', '-std=c17', `-I${path.join(repository, 'sdk/include')}`, '-o', path.join(folder, `swapped_${version}.so`), source]);
}

/* As a package manager does it: the new file takes the old one's name. */
function swapPlugin(version) {
  fs.copyFileSync(path.join(folder, `swapped_${version}.so`), `${plugin}.new`);
  fs.renameSync(`${plugin}.new`, plugin);
}

function settings(withPlugin) {
  return ['plugins:', ...bundledPlugins().map((name) => `  - name: ${name}`),
    ...withPlugin ? ['  - name: swapped', `    path: ${plugin}`, '    required: true'] : [], ''].join('\n');
}

/*
 * Clients that ask without a pause, each on a connection it keeps as long as the server does. What counts as failed: an
 * answer of 5xx, and a request without an answer on a connection that the server had not said it would close. A connection that
 * could not be made, and `ending` a new one on which nothing came, is the client's to try again.
 */
class Askers {
  constructor(server) {
    Object.assign(this, { server, running: true, ending: false, answers: 0, refused: 0, failures: [] });
    this.base = server.url;
    this.all = Array.from({ length: CLIENTS }, (_, i) => this.ask(i));
  }

  async ask(number) {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    for (let i = 0; this.running; i += 1) {
      const write = (number + i) % 4 === 0;
      const { status, error, reused } = await this.once(agent, write, `${number}-${i}`);
      if (status !== undefined) this.answers += 1;
      if (status === 200 || status === undefined && error.code === 'ECONNREFUSED') {
        if (status === undefined) {
          this.refused += 1;
          if (this.ending) break;
        }
      } else if (status === undefined && this.ending && !reused) {
        this.refused += 1;
      } else {
        this.failures.push(`${write ? 'POST' : 'GET'} ${status ?? error.message}${reused ? ' on a kept connection' : ''}`);
      }
    }
    agent.destroy();
  }

  once(agent, write, name) {
    return new Promise((resolve) => {
      const body = write ? `name=Asker+${name}` : undefined;
      const request = http.request({ agent, host: this.base.hostname, port: this.base.port, method: write ? 'POST' : 'GET', path: write ? '/v1/customers' : '/v1/balance',
        headers: { authorization: `Bearer ${this.server.secretKey}`, ...write && { 'content-type': 'application/x-www-form-urlencoded', 'content-length': body.length } } }, (response) => {
        response.resume();
        response.on('end', () => resolve({ status: response.statusCode }));
        response.on('error', (error) => resolve({ error, reused: request.reusedSocket }));
      });
      request.on('error', (error) => resolve({ error, reused: request.reusedSocket }));
      request.end(body);
    });
  }

  async stop() {
    this.running = false;
    await Promise.all(this.all);
  }
}

suite('reloads under load', { config: settings(true), env, before: async () => {
  for (let version = 1; version <= VERSIONS; version += 1) await buildPlugin(version);
  swapPlugin(1);
} }, (s) => {
  const serves = async () => {
    const { status, json } = await s.get('/swapped', { key: null, headers: { connection: 'close' } });
    return status === 404 ? 'none' : json.version;
  };

  s.test(`${RELOADS} SIGHUPs, a plugin replaced, taken out and put in meanwhile: no request fails`, async (t) => {
    const askers = new Askers(s.server);
    for (let i = 1; i <= RELOADS; i += 1) {
      /* version 2, without, version 1, without, … */
      const wanted = i % 2 === 0 ? 'none' : String((i >> 1) % VERSIONS === 0 ? 2 : 1);
      if (wanted !== 'none') swapPlugin(wanted);
      s.server.writeConfig(settings(wanted !== 'none'));
      s.server.child.kill('SIGHUP');
      await until(`reload ${i}: ${wanted} serves`, async () => askers.failures.length > 0 || (await serves()) === wanted, 60);
      if (askers.failures.length > 0) break;
    }
    await askers.stop();
    t.diagnostic(`${askers.answers} requests answered, ${askers.refused} connections refused`);
    assert.deepEqual(askers.failures, []);
    assert.equal(askers.refused, 0);
    assert.ok(askers.answers > RELOADS * CLIENTS, String(askers.answers));
  });

  s.test('SIGHUPs that come while one is under way count once more', async () => {
    swapPlugin(1);
    s.server.writeConfig(settings(true));
    s.server.child.kill('SIGHUP');
    await until('version 1 serves', async () => (await serves()) === '1', 20);
    s.server.writeConfig(settings(false));
    s.server.child.kill('SIGHUP');
    swapPlugin(2);
    s.server.writeConfig(settings(true));
    for (let i = 0; i < 20; i += 1) s.server.child.kill('SIGHUP');
    await until('what was there last is in force', async () => (await serves()) === '2', 20);
    answered(await s.get('/v1/balance'), 200);
  });

  s.test('SIGTERM under load: what was begun is answered, then nobody listens', async (t) => {
    const askers = new Askers(s.server);
    await until('the load runs', () => askers.answers > CLIENTS * 4);
    askers.ending = true;
    const { code, signal } = await s.server.stop();
    assert.equal(code, 0, `ended with ${code ?? signal}`);
    await askers.stop();
    t.diagnostic(`${askers.answers} requests answered`);
    assert.deepEqual(askers.failures, []);
    await s.server.start();
    s.reconnect();
  });
});
