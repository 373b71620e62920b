/*
 * braintree_crash.test.js: many payments through a Braintree in all kinds of trouble, while the server is killed again and again: never
 * two movements for one attempt, though Braintree knows no idempotency key; none lost, none left unknown, and both sides' books agree.
 *
 * Two hundred payments, two thousand with STRIPE_LITE_TEST_LONG=1.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const { setTimeout: pause } = require('node:timers/promises');
const { braintreeSuite, booksAgree, timePasses } = require('./support/braintree_suite');
const { underFire } = require('./support/under_fire');

const LONG = Boolean(process.env.STRIPE_LITE_TEST_LONG);
const PAYMENTS = LONG ? 2000 : 200;
const KILLS = LONG ? 60 : 8;
const env = { STRIPE_LITE_WORKERS: process.env.STRIPE_LITE_TEST_DATABASE === 'postgres' ? '2' : '1', STRIPE_LITE_GATEWAY_TIMEOUT: '1' };
const TROUBLE = { unavailable: 0.02, error_before: 0.02, error_after: 0.03, bad_before: 0.02, bad_after: 0.03, drop_before: 0.02, drop_after: 0.04, garbage: 0.03,
  limit: 0.03, busy: 0.02, hang: 0.02, late: 0.03 };
/* Attempts whose call has surely ended, here and at the upstream: what a killed server began, and what was answered with nothing. */
const ENDED = (now) => `(status = 'unknown' OR started < ${now - 10})`;

braintreeSuite('kills while Braintree is in trouble', { env }, (s, upstream) => {
  let running = true;
  let time = null;
  /* Minutes are seconds: an attempt that Braintree does not show is given up while the load goes on. */
  const timeGoesOn = async () => {
    while (running) {
      await pause(1000);
      await timePasses(s, ENDED(Math.floor(Date.now() / 1000))).catch(() => null);
    }
  };
  underFire(s, {
    kills: KILLS,
    least: () => upstream.moved().filter(({ operation }) => operation === 'authorize').length >= PAYMENTS,
    clients: 24,
    trouble: async () => {
      upstream.objects.settles = true;
      upstream.rates = TROUBLE;
      upstream.delayMs = 5;
      time = timeGoesOn();
    },
    calm: async () => upstream.calm(),
  });
  s.test("Braintree's books are ours", async (t) => {
    running = false;
    await time;
    const moved = upstream.moved();
    t.diagnostic(`${moved.length} movements in ${upstream.requests.length} requests`);
    assert.ok(moved.filter(({ operation }) => operation === 'authorize').length >= PAYMENTS);
    await booksAgree(s, upstream);
  });
});
