/*
 * braintree_suite.js: a suite whose server pays at a Braintree of its own.
 *
 *   braintreeSuite('captures', {}, (s, upstream) => { s.test(...) });
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const { BraintreeUpstream } = require('./braintree_upstream');
const { suite } = require('./suite');

const clean = (rows) => rows.map(({ attempt, operation, amount }) => `${attempt} ${operation} ${amount}`).sort();

/* What Braintree moved, and what the server says that it moved, are the same; no attempt moved, or was sent, twice. */
async function booksAgree(s, upstream) {
  const booked = await s.server.database.rows("SELECT id AS attempt, operation, amount FROM payment_attempts WHERE status IN ('succeeded', 'pending')"
    + " AND operation <> 'setup' AND gateway = 'braintree'");
  assert.deepEqual(clean(upstream.moved()), clean(booked));
  assert.equal(new Set(upstream.moved().map(({ attempt, operation }) => `${attempt} ${operation}`)).size, upstream.moved().length, 'an attempt moved twice');
  assert.deepEqual(upstream.sentTwice(), []);
}

/* The time goes on, for attempts that nobody knows the outcome of: their requests ended long ago, and no list is that late. */
async function timePasses(s, which = "status = 'unknown'", seconds = 600) {
  const soon = Math.floor(Date.now() / 1000) - seconds / 2;
  await s.server.database.change(`UPDATE payment_attempts SET started = started - ${seconds} WHERE unsettled = TRUE AND started > ${soon} AND ${which}`);
}

/* options: the suite's; `env` comes on top of what leads to the upstream. */
function braintreeSuite(title, given, define) {
  const upstream = new BraintreeUpstream();
  const options = {
    ...given,
    before: async () => {
      await upstream.start();
      options.env = { ...upstream.env, ...given.env };
    },
  };
  suite(title, options, (s) => {
    s.test('the server starts', () => { s.server.madeKeys.push(upstream.privateKey); });
    define(s, upstream);
    s.test('the upstream had no fault of its own', async () => {
      assert.equal(upstream.failure, undefined);
      upstream.receiver = null;
      await upstream.stop();
    });
  });
}

module.exports = { braintreeSuite, booksAgree, timePasses };
