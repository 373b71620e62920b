/*
 * webhook_life.test.js: everything that happens in a payment's life reaches an endpoint, whatever becomes of receiver and server.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const { answered, rejectsWith } = require('./support/expect');
const { until } = require('./support/poll');
const { Receiver } = require('./support/receiver');
const { suite } = require('./support/suite');

const BACK = 'https://example.com/back';
const DELIVERIES = '/api/v1/admin/webhooks/deliveries';
const LIFE = ['customer.created', 'payment_method.attached', 'payment_intent.created', 'payment_intent.amount_capturable_updated', 'charge.succeeded',
  'charge.captured', 'payment_intent.succeeded', 'charge.refunded', 'refund.created', 'charge.failed', 'payment_intent.payment_failed',
  'charge.dispute.created', 'payment_intent.canceled', 'customer.updated'];

suite('a payment\'s life at an endpoint', { env: { STRIPE_LITE_WEBHOOK_RETRY_SCHEDULE: Array(30).fill(1).join() } }, (s) => {
  const timeOf = (post) => Number(post.headers['stripe-signature'].match(/^t=(\d+),v1=[0-9a-f]{64}$/)[1]);

  async function allEvents() {
    const found = [];
    for await (const event of s.stripe.events.list({ limit: 100 })) found.push(event);
    return found;
  }

  async function live() {
    const payer = await s.stripe.customers.create({ name: 'Life' });
    await s.stripe.paymentMethods.attach('pm_card_visa', { customer: payer.id });
    const values = { amount: 2000, currency: 'usd', return_url: BACK };
    const intent = await s.stripe.paymentIntents.create({ ...values, customer: payer.id, capture_method: 'manual', metadata: { text: 'Grüße €' } });
    await s.stripe.paymentIntents.confirm(intent.id, { payment_method: 'pm_card_visa' });
    await s.stripe.paymentIntents.capture(intent.id, { amount_to_capture: 1500 });
    await s.stripe.refunds.create({ payment_intent: intent.id, amount: 300 });
    await rejectsWith(s.stripe.paymentIntents.create({ ...values, confirm: true, payment_method: 'pm_card_chargeDeclined' }), { statusCode: 402 });
    const given = await s.stripe.paymentIntents.create(values);
    await s.stripe.paymentIntents.cancel(given.id);
    await s.stripe.paymentIntents.create({ ...values, confirm: true, payment_method: 'pm_card_createDispute' });
    await s.stripe.customers.update(payer.id, { name: 'Long life' });
  }

  /* Payments that are under way when the server is killed; whatever is stored of them has its events. */
  async function killedInTheMiddle() {
    let answers = 0;
    const pay = () => s.stripeWith(s.server.secretKey).paymentIntents.create({ amount: 700, currency: 'usd', confirm: true, payment_method: 'pm_card_visa', return_url: BACK })
      .then(() => { answers += 1; }, () => {});
    const load = Promise.all(Array.from({ length: 8 }, async () => { for (let i = 0; i < 10; i += 1) await pay(); }));
    await until('some are paid', () => answers >= 8);
    await s.server.kill9();
    await load;
    await s.server.start();
    s.reconnect();
  }

  s.test('each event arrives, verified, with the id and the bytes of its first try', async () => {
    let to = await new Receiver().start();
    const posts = [];
    const hear = (status) => { to.answer = (post) => { posts.push({ ...post, status }); return status; }; };
    const { secret, id } = await s.stripe.webhookEndpoints.create({ url: to.url('/life'), enabled_events: ['*'] });
    hear(503);
    await live();
    const before = await until('the dispute is there', async () => {
      const found = await allEvents();
      return found.some(({ type }) => type === 'charge.dispute.created') && found;
    });
    for (const type of LIFE) assert.ok(before.some((event) => event.type === type), `no ${type}`);
    await until('each was refused once', () => new Set(posts.map(({ json }) => json.id)).size === before.length);
    await s.restart();
    const { port } = to;
    await to.stop();
    await killedInTheMiddle();
    to = await new Receiver().start(port);
    hear(500);
    const refused = posts.length;
    await until('they are refused after the restart', () => posts.length > refused);
    hear(200);
    const pending = async () => answered(await s.get(DELIVERIES, { query: { endpoint: id, status: 'pending', limit: 1 } }), 200).deliveries.length;
    await until('nothing waits any more', async () => (await pending()) === 0 && (await pending()) === 0, 40);

    const events = await allEvents();
    const arrived = posts.filter(({ status }) => status === 200);
    assert.deepEqual(new Set(arrived.map(({ json }) => json.id)), new Set(events.map((event) => event.id)));
    assert.ok(events.length > before.length + 8);
    for (const post of posts) {
      const event = s.stripe.webhooks.constructEvent(post.body, post.headers['stripe-signature'], secret);
      assert.equal(event.id, post.json.id);
      assert.ok(Math.abs(timeOf(post) - post.at / 1000) < 5, `signed at ${timeOf(post)}, came at ${post.at}`);
    }
    for (const event of events) {
      const tries = posts.filter(({ json }) => json.id === event.id);
      assert.equal(new Set(tries.map(({ body }) => body)).size, 1, event.type);
      assert.deepEqual({ ...tries[0].json, pending_webhooks: 0 }, { ...event, pending_webhooks: 0 });
    }
    for (const { id: first } of before) {
      const tries = posts.filter(({ json }) => json.id === first);
      assert.ok(tries.length >= 2 && timeOf(tries.at(-1)) > timeOf(tries[0]), 'a later try is signed at its own time');
    }
    await s.stripe.webhookEndpoints.del(id);
    await to.stop();
  });
});
