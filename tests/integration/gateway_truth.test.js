/*
 * gateway_truth.test.js: what the server has in its books is what the gateway did, wherever the two lost sight of each other.
 *
 * The gateway is the one of tests/plugins/gateways/paper.c: its own books are a file that outlives every kill.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const { answered, refused } = require('./support/expect');
const { childrenOf, killWorker } = require('./support/kill');
const { Paper } = require('./support/paper');
const { until } = require('./support/poll');
const { suite } = require('./support/suite');

const onPostgres = process.env.STRIPE_LITE_TEST_DATABASE === 'postgres';
const BODY = { amount: 1000, currency: 'usd', payment_method: 'pm_card_visa', confirm: true, return_url: 'https://example.com/back' };

/* Shared words of the suites below. */
function tools(s, paper) {
  let count = 0;
  const t = {
    key: () => ({ headers: { 'Idempotency-Key': `truth-${(count += 1)}` }, mayFail: true }),
    pay: (values, options) => s.post('/v1/payment_intents', { ...BODY, ...values }, options),
    intent: (id) => s.stripe.paymentIntents.retrieve(id),
    settled: (id) => until(`${id} is settled`, async () => {
      const found = await t.intent(id);
      return found.status !== 'processing' && found;
    }, 60),
    /* Runs a body while the gateway behaves so; calm afterwards. */
    under: async (mood, body) => {
      paper.mood(mood);
      try {
        return await body();
      } finally {
        paper.mood();
      }
    },
    /* The answer to a request whose server was killed meanwhile: sent again with its key until it is no 409. */
    again: (send) => until('the key is settled', async () => {
      const answer = await send();
      if (answer.status === 409) refused(answer, 409, { code: 'idempotency_key_in_use' });
      return answer.status !== 409 && answer;
    }, 60),
    /* The gateway's movements and the attempts that the server holds for successful are the same. */
    agree: async () => {
      const booked = await s.server.database.rows("SELECT id AS attempt, operation, amount FROM payment_attempts WHERE status IN ('succeeded', 'pending')");
      const order = (rows) => rows.map(({ attempt, operation, amount }) => `${attempt} ${operation} ${amount}`).sort();
      assert.deepEqual(order(paper.moved()), order(booked));
    },
  };
  return t;
}

const paper = new Paper();

suite('a gateway with books of its own', { env: { STRIPE_LITE_WORKERS: '1', STRIPE_LITE_GATEWAY_TIMEOUT: '1' }, config: paper.config }, (s) => {
  const { key, pay, intent, settled, under, again, agree } = tools(s, paper);

  /* Sends, waits until `seen`, kills the worker, and gives the answer that the key leads to in the end. */
  const killed = async (mood, send, seen) => {
    await under(mood, async () => {
      const cut = send().catch((error) => error);
      await until('the moment of the kill', seen);
      await killWorker(s.server);
      assert.ok(await cut instanceof Error, 'the request was cut off');
    });
    await s.server.waitReady();
    return again(send);
  };

  s.test('what was not sent is told so, moves nothing, and may be sent again with the same key', async () => {
    const options = key();
    const answer = await under({ answer: 'not_sent' }, () => pay({}, options));
    assert.equal(answer.status, 503, answer.text);
    assert.deepEqual(paper.moved(), []);
    const paid = answered(await pay({}, options), 200);
    assert.equal(paid.status, 'succeeded');
    assert.equal(answered(await pay({}, options), 200).id, paid.id);
    assert.equal(paper.moved().length, 1);
  });

  s.test('a confirm, capture or refund that was not sent leaves all as it was, and its key free', async () => {
    const { id } = await s.stripe.paymentIntents.create({ amount: 1000, currency: 'usd', payment_method: 'pm_card_visa', capture_method: 'manual' });
    const steps = [
      [`/v1/payment_intents/${id}/confirm`, { return_url: BODY.return_url }, 'requires_confirmation', 'requires_capture'],
      [`/v1/payment_intents/${id}/capture`, { amount_to_capture: 600 }, 'requires_capture', 'succeeded'],
      ['/v1/refunds', { payment_intent: id, amount: 600 }, 'succeeded', 'succeeded'],
    ];
    for (const [path, body, before, after] of steps) {
      const options = key();
      assert.equal((await under({ answer: 'not_sent' }, () => s.post(path, body, options))).status, 503, path);
      assert.equal((await intent(id)).status, before);
      answered(await s.post(path, body, options), 200);
      assert.equal((await intent(id)).status, after);
    }
    const charge = await s.stripe.charges.retrieve((await intent(id)).latest_charge);
    assert.deepEqual([charge.amount_captured, charge.amount_refunded], [600, 600]);
    await agree();
  });

  s.test('a kill after the money moved: the key leads to that one payment', async () => {
    const options = key();
    const before = paper.moved().length;
    const answer = await killed({ after: 900 }, () => pay({}, options), () => paper.moved().length > before);
    assert.equal(answered(answer, 200).status, 'succeeded');
    assert.equal(paper.moved().length, before + 1);
    await agree();
  });

  s.test('a kill before it moved: the key leads to a decline, and the intent can be paid', async () => {
    const options = key();
    const { id } = await s.stripe.paymentIntents.create({ amount: 1000, currency: 'usd' });
    const confirm = (with_) => s.post(`/v1/payment_intents/${id}/confirm`, { payment_method: 'pm_card_visa', return_url: BODY.return_url }, with_);
    const answer = await killed({ before: 900 }, () => confirm(options), async () => (await intent(id)).status === 'processing');
    refused(answer, 402, { code: 'processing_error' });
    assert.deepEqual((await confirm(options)).text, answer.text);
    assert.equal(answered(await confirm(key()), 200).status, 'succeeded');
    await agree();
  });

  s.test('a kill while a refund is moved: the key leads to that one refund', async () => {
    const { id } = answered(await pay({}), 200);
    const options = key();
    const before = paper.moved().length;
    const refund = () => s.post('/v1/refunds', { payment_intent: id, amount: 400 }, options);
    const answer = await killed({ after: 900 }, refund, () => paper.moved().length > before);
    assert.equal(answered(answer, 200).status, 'succeeded');
    assert.equal((await s.stripe.refunds.list({ payment_intent: id })).data.length, 1);
    await agree();
  });

  s.test('a kill, and the gateway says later: the key leads to an answer at once, the outcome comes when it is known', async () => {
    const options = key();
    const before = paper.moved().length;
    const { id } = answered(await pay({}), 200);
    const refund = () => s.post('/v1/refunds', { payment_intent: id }, options);
    const answer = await killed({ after: 900, retrieve: 'pending' }, async () => {
      paper.mood({ after: 900, retrieve: 'pending' });
      return refund();
    }, () => paper.moved().length > before + 1);
    assert.equal(answered(answer, 200).status, 'pending');
    paper.mood();
    const { id: refundId } = answer.json;
    await until('the refund succeeds', async () => (await s.stripe.refunds.retrieve(refundId)).status === 'succeeded', 60);
    assert.equal((await refund()).text, answer.text);
    await agree();
  });

  s.test('while nobody knows, nothing may be done; then it is as the gateway says', async () => {
    const lost = await under({ answer: 'lost', retrieve: 'unknown' }, async () => {
      const made = answered(await pay({ capture_method: 'manual' }), 200);
      assert.equal(made.status, 'processing');
      for (const step of ['confirm', 'capture', 'cancel']) {
        refused(await s.post(`/v1/payment_intents/${made.id}/${step}`), 400, { code: 'payment_intent_unexpected_state' });
      }
      refused(await s.post('/v1/refunds', { payment_intent: made.id }), 400);
      return made;
    });
    assert.equal((await settled(lost.id)).status, 'requires_capture');
    const captured = await under({ answer: 'lost', retrieve: 'unknown' }, async () => {
      const made = answered(await s.post(`/v1/payment_intents/${lost.id}/capture`), 200);
      refused(await s.post('/v1/refunds', { payment_intent: lost.id }), 400);
      return made;
    });
    assert.equal(captured.status, 'processing');
    assert.equal((await settled(lost.id)).amount_received, 1000);
    await agree();
  });
});

const slow = new Paper();

suite('a gateway that answers late', { config: slow.config }, (s) => {
  const { key, pay, agree } = tools(s, slow);

  s.test('the recovery finds out before the request does: one outcome, one answer', async () => {
    slow.mood({ after: 4500 });
    const options = key();
    const answer = await pay({}, options);
    const intent = answered(answer, 200);
    assert.equal(intent.status, 'succeeded');
    assert.match(s.server.log, /attempt found out/);
    const told = (await s.stripe.events.list({ limit: 100 })).data.map(({ type }) => type);
    for (const type of ['payment_intent.succeeded', 'charge.succeeded']) assert.equal(told.filter((one) => one === type).length, 1, type);
    assert.equal((await pay({}, options)).text, answer.text);
    const refund = await s.stripe.refunds.create({ payment_intent: intent.id, amount: 300 });
    assert.equal(refund.status, 'succeeded');
    assert.equal((await s.stripe.charges.retrieve(intent.latest_charge)).amount_refunded, 300);
    await agree();
  });
});

/* A server that stands still while another on the same database settles its attempt. */
if (onPostgres) {
  const second = new Paper();
  suite('a server that stood still', { env: { STRIPE_LITE_WORKERS: '1', STRIPE_LITE_GATEWAY_TIMEOUT: '1' }, config: second.config }, (s) => {
    const { key, intent } = tools(s, second);

    s.test('money that moves after its attempt was given up is given back', async () => {
      const { id } = await s.stripe.paymentIntents.create({ amount: 1000, currency: 'usd' });
      const attempt = async () => (await s.server.database.rows(`SELECT status FROM payment_attempts WHERE intent = '${id}'`))[0];
      const other = await s.server.sibling();
      const [worker] = childrenOf(s.server.child.pid);
      second.mood({ before: 700, late: 1 });
      const late = s.post(`/v1/payment_intents/${id}/confirm`, { payment_method: 'pm_card_visa', return_url: BODY.return_url }, key());
      try {
        await until('the gateway is being asked', async () => (await attempt())?.status === 'started');
        process.kill(worker, 'SIGSTOP');
        await until('the other server gives the attempt up', async () => (await attempt()).status === 'declined', 60);
      } finally {
        process.kill(worker, 'SIGCONT');
        assert.equal((await other.stop()).code, 0);
        fs.rmSync(other.folder, { recursive: true, force: true });
      }
      refused(await late, 402, { code: 'processing_error' });
      assert.equal((await intent(id)).status, 'requires_payment_method');
      const [charged, back, ...more] = second.moved();
      assert.deepEqual([charged.operation, back.operation, back.amount, more], ['authorize', 'refund', charged.amount, []]);
      assert.match(s.server.log, /money moved for an attempt that was given up/);
    });
  });
}

if (process.env.STRIPE_LITE_TEST_LONG) {
  const third = new Paper();
  suite('a gateway that may take half a minute', { env: { STRIPE_LITE_GATEWAY_TIMEOUT: '30' }, config: third.config }, (s) => {
    const { pay, agree } = tools(s, third);

    s.test('is waited for; nobody settles the attempt meanwhile', async () => {
      third.mood({ before: 20000 });
      assert.equal(answered(await pay({}), 200).status, 'succeeded');
      await agree();
    });
  });
}
