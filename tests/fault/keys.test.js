/*
 * keys.test.js: what a fault leaves of an Idempotency-Key, step by step: free when nothing came of its request, answered soon
 * when something did.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const crypto = require('node:crypto');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after } = require('node:test');
const { openThings } = require('../integration/support/books');
const { answered } = require('../integration/support/expect');
const { until } = require('../integration/support/poll');
const { suite } = require('../integration/support/suite');
const { arm } = require('./strikes');

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'stripe_lite_key_faults_'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));
const env = { STRIPE_LITE_WORKERS: '1', STRIPE_LITE_GATEWAY_TIMEOUT: '1', STRIPE_LITE_FAULT_FOLDER: folder };

const RETURN = { return_url: 'https://example.com/back' };
const ASKS = 'pm_card_threeDSecure2Required';
const keyed = () => ({ mayFail: true, headers: { 'idempotency-key': `key_${crypto.randomBytes(9).toString('hex')}` } });

suite('keys after faults', { env }, (s) => {
  const struck = () => assert.deepEqual(fs.readdirSync(folder), []);

  /* The customer's authentication is given up for another card, and then the new attempt cannot be begun. */
  const givenUp = async (to, values) => {
    const first = answered(await s.post(to, { ...values, payment_method: ASKS, confirm: true, ...RETURN }), 200);
    assert.equal(first.status, 'requires_action');
    const key = keyed();
    const confirm = () => s.post(`${to}/${first.id}/confirm`, { payment_method: 'pm_card_visa', ...RETURN }, key);
    arm(folder, `payment.before_first_commit@${to.includes('setup') ? 'setup' : 'authorize'}`, 'error');
    assert.equal((await confirm()).status, 503);
    struck();
    assert.equal(answered(await confirm(), 200).status, 'succeeded');
    assert.equal((await confirm()).headers['idempotent-replayed'], 'true');
    assert.deepEqual(await openThings(s.server.database), []);
  };
  s.test('a confirmation that began nothing leaves its key free', () => givenUp('/v1/payment_intents', { amount: 1200, currency: 'usd' }));
  s.test('so does one of a setup', () => givenUp('/v1/setup_intents', {}));

  s.test('a job that could not be given back is given back as soon as it can be', async () => {
    arm(folder, 'payment.before_second_commit@authorize', 'error');
    arm(folder, 'job.before_handler@payments.recover', 'error');
    arm(folder, 'job.before_give_back@payments.recover', 'error');
    const key = keyed();
    const pay = () => s.post('/v1/payment_intents', { amount: 1300, currency: 'usd', payment_method: 'pm_card_visa', confirm: true, ...RETURN }, key);
    assert.equal((await pay()).status, 503);
    const began = Date.now();
    const answer = await until('the key is answered', async () => {
      const again = await pay();
      return again.status !== 409 && again;
    }, 60);
    struck();
    assert.equal(answered(answer, 200).status, 'succeeded');
    assert.equal(answer.headers['idempotent-replayed'], 'true');
    assert.ok(Date.now() - began < 25000, `after ${Date.now() - began} ms: not before its lease had ended`);
  });
});
