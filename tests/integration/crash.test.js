/*
 * crash.test.js: workers and whole servers are killed under load: each key has one effect and one answer, no cent is lost.
 *
 * A few kills usually, a hundred with STRIPE_LITE_TEST_LONG=1. On PostgreSQL with two workers, then with two servers on one database.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const { after } = require('node:test');
const { Cluster } = require('./support/cluster');
const { suite } = require('./support/suite');
const { underFire } = require('./support/under_fire');

const onPostgres = process.env.STRIPE_LITE_TEST_DATABASE === 'postgres';
const env = { STRIPE_LITE_WORKERS: onPostgres ? '2' : '1', STRIPE_LITE_GATEWAY_TIMEOUT: '1' };

suite('kills', { env }, (s) => underFire(s, {}));

suite('kills while the gateway is in trouble', { env }, (s) =>
  underFire(s, { faults: { drop_answer_rate: 0.15, error_rate: 0.15 } }));

if (onPostgres) {
  suite('kills of two servers on one database', { env }, (s) => {
    let other;
    s.test('a second server', async () => { other = await s.server.sibling(); });
    underFire(s, { faults: { drop_answer_rate: 0.1 }, servers: () => [s.server, other] });
    s.test('the second server ends', async () => {
      assert.equal((await other.stop()).code, 0);
      fs.rmSync(other.folder, { recursive: true, force: true });
    });
  });
}

/* The database itself ends without a word, and comes back: what was committed is there. */
if (onPostgres) {
  const cluster = new Cluster();
  after(() => cluster.remove());
  const options = { env, before: async () => {
    await cluster.create();
    options.postgres = cluster.url;
  } };
  suite('crashes of the database', options, (s) => underFire(s, { kills: 10, strike: () => cluster.crash() }));
}
