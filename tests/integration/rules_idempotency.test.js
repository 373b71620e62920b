/*
 * rules_idempotency.test.js: one key, one effect: each sentence of the rule.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const { answered, refused } = require('./support/expect');
const { suite } = require('./support/suite');

suite('Idempotency-Key', {}, (s) => {
  const keyed = (key, more = {}) => ({ ...more, headers: { 'Idempotency-Key': key, ...more.headers } });

  for (const path of ['/v1/customers', '/customers']) {
    const body = { name: 'Once', email: 'once@example.com' };

    s.test(`POST ${path} again: the same bytes, marked, with a Request-Id of its own`, async () => {
      const first = await s.post(path, body, keyed(`rule-replay-${path}`));
      const second = await s.post(path, body, keyed(`rule-replay-${path}`));
      answered(first, 200);
      answered(second, 200);
      assert.equal(second.text, first.text);
      assert.equal(first.headers['idempotent-replayed'], undefined);
      assert.equal(second.headers['idempotent-replayed'], 'true');
      assert.notEqual(second.headers['request-id'], first.headers['request-id']);
    });

    s.test(`POST ${path} with another body is idempotency_error`, async () => {
      answered(await s.post(path, body, keyed(`rule-body-${path}`)), 200);
      refused(await s.post(path, { ...body, name: 'Other' }, keyed(`rule-body-${path}`)), 400, { type: 'idempotency_error' });
    });

    s.test(`POST ${path} without a key makes two`, async () => {
      const [a, b] = [await s.post(path, body), await s.post(path, body)];
      assert.notEqual((a.json.customer || a.json).id, (b.json.customer || b.json).id);
    });

    s.test(`POST ${path}: a key has 1 to 255 characters`, async () => {
      answered(await s.post(path, body, keyed(path.padEnd(255, 'k'))), 200);
      refused(await s.post(path, body, keyed(path.padEnd(256, 'k'))), 400);
      refused(await s.post(path, body, keyed('')), 400);
    });
  }

  s.test('another path is idempotency_error', async () => {
    answered(await s.post('/v1/customers', { name: 'A' }, keyed('rule-path')), 200);
    refused(await s.post('/v1/payment_intents', { amount: 100, currency: 'usd' }, keyed('rule-path')), 400, { type: 'idempotency_error' });
  });

  s.test('the same form again is the same request', async () => {
    const send = (body) => s.request('POST', '/v1/customers', keyed('rule-order', {
      body, headers: { 'content-type': 'application/x-www-form-urlencoded' },
    }));
    const first = answered(await send('name=A&email=a%40example.com'), 200);
    assert.equal(answered(await send('name=A&email=a%40example.com'), 200).id, first.id);
  });

  s.test('a refused request is not stored, so the mended one goes through', async () => {
    refused(await s.post('/v1/payment_intents', { amount: 'ten', currency: 'usd' }, keyed('rule-refused')), 400);
    answered(await s.post('/v1/payment_intents', { amount: 1000, currency: 'usd' }, keyed('rule-refused')), 200);
    answered(await s.post('/customers', { name: 'A' }, keyed('rule-422')), 422);
    answered(await s.post('/customers', { name: 'A', email: 'a@example.com' }, keyed('rule-422')), 200);
    answered(await s.post('/customers', { name: 'B', email: 'b@example.com' }, keyed('rule-401', { key: null })), 401);
    answered(await s.post('/customers', { name: 'B', email: 'b@example.com' }, keyed('rule-401')), 200);
  });

  s.test('a decline is stored: the card is asked once', async () => {
    const body = { amount: 500, currency: 'usd', payment_method: 'pm_card_chargeDeclined', confirm: true, return_url: 'https://example.com/back' };
    const first = await s.post('/v1/payment_intents', body, keyed('rule-decline'));
    const second = await s.post('/v1/payment_intents', body, keyed('rule-decline'));
    answered(first, 402);
    assert.equal(second.text, first.text);
    assert.equal(second.headers['idempotent-replayed'], 'true');
  });

  s.test('while the first is running the second is 409', async () => {
    const body = { amount: 500, currency: 'usd', payment_method: 'pm_card_visa', confirm: true, return_url: 'https://example.com/back' };
    answered(await s.post('/v1/test_helpers/simulator', { latency_ms: 1500 }), 200);
    try {
      const both = await Promise.all([1, 2].map(() => s.post('/v1/payment_intents', body, keyed('rule-running'))));
      const statuses = both.map(({ status }) => status).sort();
      assert.deepEqual(statuses, [200, 409]);
      assert.equal(both.find(({ status }) => status === 409).json.error.code, 'idempotency_key_in_use');
    } finally {
      answered(await s.post('/v1/test_helpers/simulator', { latency_ms: 0 }), 200);
    }
    const later = await s.post('/v1/payment_intents', body, keyed('rule-running'));
    answered(later, 200);
    assert.equal(later.headers['idempotent-replayed'], 'true');
  });

  s.test('another account has keys of its own', async () => {
    const other = await s.server.makeKey({ account: 'acct_other', role: 'admin' });
    const mine = answered(await s.post('/v1/customers', { name: 'Shared' }, keyed('rule-account')), 200);
    const theirs = answered(await s.post('/v1/customers', { name: 'Shared' }, keyed('rule-account', { key: other })), 200);
    assert.notEqual(theirs.id, mine.id);
  });

  s.test('a restart forgets nothing', async () => {
    const first = await s.post('/v1/customers', { name: 'Kept' }, keyed('rule-restart'));
    await s.restart();
    const second = await s.post('/v1/customers', { name: 'Kept' }, keyed('rule-restart'));
    assert.equal(second.text, first.text);
    assert.equal(second.headers['idempotent-replayed'], 'true');
  });

  s.test('nor does a kill', async () => {
    const first = await s.post('/v1/payment_intents', { amount: 100, currency: 'usd' }, keyed('rule-kill'));
    await s.server.kill9();
    await s.server.start();
    s.reconnect();
    const second = await s.post('/v1/payment_intents', { amount: 100, currency: 'usd' }, keyed('rule-kill'));
    assert.equal(second.text, first.text);
  });
});
