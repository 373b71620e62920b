/*
 * paypal_crash.test.js: many payments through a PayPal in all kinds of trouble, while the server is killed again and again: never two
 * movements for one attempt, none lost, none left unknown, and both sides' books agree to the cent.
 *
 * Two hundred payments, two thousand with STRIPE_LITE_TEST_LONG=1.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const { paypalSuite, booksAgree } = require('./support/paypal_suite');
const { underFire } = require('./support/under_fire');

const LONG = Boolean(process.env.STRIPE_LITE_TEST_LONG);
const PAYMENTS = LONG ? 2000 : 200;
const KILLS = LONG ? 40 : 8;
const env = { STRIPE_LITE_WORKERS: process.env.STRIPE_LITE_TEST_DATABASE === 'postgres' ? '2' : '1', STRIPE_LITE_GATEWAY_TIMEOUT: '1' };
const TROUBLE = { unavailable: 0.03, error_before: 0.03, error_after: 0.03, drop_before: 0.03, drop_after: 0.04, garbage: 0.03, limit: 0.03, hang: 0.02, late: 0.03 };

paypalSuite('kills while PayPal is in trouble', { env }, (s, upstream) => {
  underFire(s, {
    kills: KILLS,
    least: () => upstream.moved().filter(({ operation }) => operation === 'authorize').length >= PAYMENTS,
    clients: 24,
    trouble: async () => {
      upstream.rates = TROUBLE;
      upstream.delayMs = 5;
    },
    calm: async () => upstream.calm(),
  });
  s.test("PayPal's books are ours", async (t) => {
    const moved = upstream.moved();
    t.diagnostic(`${moved.length} movements in ${upstream.requests.length} requests`);
    assert.ok(moved.filter(({ operation }) => operation === 'authorize').length >= PAYMENTS);
    await booksAgree(s, upstream);
  });
});
