/*
 * stripe_suite.js: a suite whose server pays at a Stripe of its own.
 *
 *   stripeSuite('captures', {}, (s, upstream) => { s.test(...) });
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const { StripeUpstream } = require('./stripe_upstream');
const { suite } = require('./suite');

const clean = (rows) => rows.map(({ attempt, operation, amount }) => `${attempt} ${operation} ${amount}`).sort();

/* What Stripe moved, and what the server says that it moved, are the same; no attempt moved twice. */
async function booksAgree(s, upstream) {
  const booked = await s.server.database.rows("SELECT id AS attempt, operation, amount FROM payment_attempts WHERE status IN ('succeeded', 'pending')"
    + " AND operation <> 'setup' AND gateway = 'stripe'");
  assert.deepEqual(clean(upstream.moved()), clean(booked));
  assert.equal(new Set(upstream.moved().map(({ attempt, operation }) => `${attempt} ${operation}`)).size, upstream.moved().length, 'an attempt moved twice');
}

/* options: the suite's; `env` comes on top of what leads to the upstream. */
function stripeSuite(title, given, define) {
  const upstream = new StripeUpstream();
  const options = {
    ...given,
    before: async () => {
      await upstream.start();
      options.env = { ...upstream.env, ...given.env };
    },
  };
  suite(title, options, (s) => {
    s.test('the server starts', () => { s.server.madeKeys.push(upstream.secretKey, upstream.webhookSecret); });
    define(s, upstream);
    s.test('the upstream had no fault of its own', async () => {
      assert.equal(upstream.failure, undefined);
      upstream.receiver = null;
      await upstream.stop();
    });
  });
}

module.exports = { stripeSuite, booksAgree };
