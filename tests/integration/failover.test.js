/*
 * failover.test.js: the primary ends under load and its synchronous standby takes over: nothing that was acknowledged is lost,
 * nothing happens twice, and the server finds the new primary by itself.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const { after } = require('node:test');
const { setTimeout: pause } = require('node:timers/promises');
const { Cluster } = require('./support/cluster');
const { until } = require('./support/poll');
const { suite } = require('./support/suite');
const { underFire } = require('./support/under_fire');

const env = { STRIPE_LITE_WORKERS: '2', STRIPE_LITE_GATEWAY_TIMEOUT: '1' };
const AWAY_SECONDS = 2;

if (process.env.STRIPE_LITE_TEST_DATABASE === 'postgres') {
  const primary = new Cluster();
  let standby;
  after(async () => {
    await primary.remove();
    if (standby) await standby.remove();
  });
  const told = {};
  const options = { env, before: async () => {
    await primary.create();
    standby = await primary.standby();
    options.postgres = primary.urlWith(standby);
  } };

  suite('a standby takes over', options, (s) => {
    /* Nobody is the primary for a while; then the first success is waited for. */
    const failOver = async (round, servers, load) => {
      await primary.fall();
      const fallen = Date.now();
      await until('/ready says so', async () => (await s.server.readiness()) === 503, 5);
      told.unready = Date.now() - fallen;
      await pause(AWAY_SECONDS * 1000 - told.unready);
      const answered = load.answers.length;
      await standby.promote();
      const promoted = Date.now();
      await until('the first success', () => load.answers.length > answered, 30);
      told.success = Date.now() - promoted;
      await until('/ready says so', async () => (await s.server.readiness()) === 200, 5);
      told.ready = Date.now() - promoted;
    };
    underFire(s, { kills: 1, strike: failOver });

    s.test('the first success came within 10 s of the promotion', (t) => {
      t.diagnostic(`/ready 503 after ${told.unready} ms; after the promotion: first success ${told.success} ms, /ready 200 ${told.ready} ms`);
      assert.ok(told.success < 10000, `${told.success} ms`);
      assert.ok(told.unready < 3000, `${told.unready} ms`);
    });
  });
}
