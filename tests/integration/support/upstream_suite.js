/*
 * upstream_suite.js: suites whose server pays at a gateway of their own, which this file is told of by its name and class.
 *
 *   const { gatewaySuite, booksAgree } = suitesOf('stripe', StripeUpstream);
 *   gatewaySuite('captures', {}, (s, upstream) => { s.test(...) });
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const { suite } = require('./suite');

const clean = (rows) => rows.map(({ attempt, operation, amount }) => `${attempt} ${operation} ${amount}`).sort();

function suitesOf(gateway, Upstream) {
  /* What the gateway moved, and what the server says that it moved, are the same; no attempt moved twice. */
  async function booksAgree(s, upstream) {
    const booked = await s.server.database.rows("SELECT id AS attempt, operation, amount FROM payment_attempts WHERE status IN ('succeeded', 'pending')"
      + ` AND operation <> 'setup' AND gateway = '${gateway}'`);
    assert.deepEqual(clean(upstream.moved()), clean(booked));
    assert.equal(new Set(upstream.moved().map(({ attempt, operation }) => `${attempt} ${operation}`)).size, upstream.moved().length, 'an attempt moved twice');
  }

  /* options: the suite's; `env` comes on top of what leads to the upstream. */
  function gatewaySuite(title, given, define) {
    const upstream = new Upstream();
    const options = {
      ...given,
      before: async () => {
        await upstream.start();
        options.env = { ...upstream.env, ...given.env };
      },
    };
    suite(title, options, (s) => {
      s.test('the server starts', () => { s.server.madeKeys.push(...upstream.secrets); });
      define(s, upstream);
      s.test('the upstream had no fault of its own', async () => {
        s.server.madeKeys.push(...upstream.secrets);
      assert.equal(upstream.failure, undefined);
        upstream.receiver = null;
        await upstream.stop();
      });
    });
  }

  return { gatewaySuite, booksAgree };
}

module.exports = { suitesOf };
