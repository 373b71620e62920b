/*
 * load.js: many clients that charge, capture, refund and cancel under Idempotency-Keys, and never give up.
 *
 * Each request is sent again with its key until it is answered; what was answered is kept in `answers`, to be compared with
 * what is stored in the end. A flow that waits for a recovery (409) makes room for another, so that the load goes on.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const crypto = require('node:crypto');
const { setTimeout: pause } = require('node:timers/promises');

const PATIENCE = (process.env.STRIPE_LITE_TEST_LONG ? 400 : 120) * 1000; /* the trouble of a gateway included */
const RETURN = { return_url: 'https://example.com/back' };

class Load {
  /* send(path, values, headers): one try at whatever server; read(path): an answer of a GET, tried until it comes. */
  constructor({ send, read, clients = 12 }) {
    Object.assign(this, { send, read, clients, sent: 0, cut: 0, failed: 0, waited: 0, active: 0, running: true, made: 0 });
    this.answers = [];
    this.flows = new Set();
    this.failure = null;
    this.kinds = [this.charge, this.decline, this.authorize, this.confirmTwice, this.liteCharge, this.oldCharge];
  }

  start(customer) {
    this.customer = customer;
    this.fill();
  }

  fill() {
    while (this.running && this.active < this.clients) {
      const kind = this.kinds[this.made % this.kinds.length];
      const flow = { waits: false };
      this.made += 1;
      this.active += 1;
      const run = kind.call(this, flow).catch((error) => {
        this.failure = this.failure || error;
        this.running = false;
      }).finally(() => {
        this.flows.delete(run);
        this.release(flow);
      });
      this.flows.add(run);
    }
  }

  release(flow) {
    if (flow.waits) return;
    flow.waits = true;
    this.active -= 1;
    this.fill();
  }

  /* No new flows; resolves when all are answered. */
  async stop() {
    this.running = false;
    while (this.flows.size > 0) await Promise.all(this.flows);
    if (this.failure) throw this.failure;
  }

  /* The answer to one request, whatever happens to the servers meanwhile. */
  async ask(flow, path, values) {
    const key = this.key();
    const body = values.metadata === null ? { ...values, metadata: undefined } : { ...values, metadata: { order: key } };
    const until = Date.now() + PATIENCE;
    for (let last = 'nothing'; ; await pause(20)) {
      if (Date.now() > until) throw new Error(`POST ${path} with ${key} is not answered, last: ${last}`);
      try {
        this.sent += 1;
        const answer = await this.send(path, body, { 'idempotency-key': key });
        last = `${answer.status} ${answer.text}`;
        if (answer.status < 500 && answer.status !== 409 && answer.status !== 429) {
          this.answers.push({ key, path, body, answer });
          return answer;
        }
        if (answer.status >= 500) this.failed += 1;
        if (answer.status === 409) {
          this.waited += 1;
          this.release(flow);
          await pause(200);
        }
      } catch (error) {
        last = error.message;
        this.cut += 1;
      }
    }
  }

  /* The object once it is not in `busy` any more. */
  async settled(flow, path, busy) {
    for (const until = Date.now() + PATIENCE; ; await pause(50)) {
      const { json } = await this.read(path);
      if (json.status !== busy) return json;
      this.release(flow);
      assert.ok(Date.now() < until, `${path} stays ${busy}`);
    }
  }

  key() { return `key_${crypto.randomBytes(9).toString('hex')}`; }

  amount() { return 1000 + Math.floor(Math.random() * 9000); }

  /* ---- the flows ---- */

  pay(flow, values) {
    return this.ask(flow, '/v1/payment_intents', {
      amount: this.amount(), currency: 'usd', payment_method: 'pm_card_visa', confirm: true, ...RETURN, ...values,
    });
  }

  async charge(flow) {
    const answer = await this.pay(flow, {});
    if (answer.status !== 200) return;
    const intent = await this.settled(flow, `/v1/payment_intents/${answer.json.id}`, 'processing');
    if (intent.status !== 'succeeded') return;
    const amount = Math.ceil(intent.amount * 0.6);
    const refund = () => this.ask(flow, '/v1/refunds', { payment_intent: intent.id, amount });
    const both = await Promise.all([refund(), refund()]);
    assert.ok(both.some(({ status }) => status === 200), both.map(({ text }) => text).join());
  }

  async decline(flow) {
    const answer = await this.pay(flow, { payment_method: 'pm_card_chargeDeclined' });
    if (answer.status === 200) assert.equal(answer.json.status, 'processing', answer.text);
    else assert.equal(answer.status, 402, answer.text);
  }

  async authorize(flow) {
    const answer = await this.pay(flow, { capture_method: 'manual' });
    if (answer.status !== 200) return;
    const { id, amount, status } = await this.settled(flow, `/v1/payment_intents/${answer.json.id}`, 'processing');
    if (status !== 'requires_capture') return;
    const path = `/v1/payment_intents/${id}`;
    await Promise.all([
      this.ask(flow, `${path}/capture`, { amount_to_capture: amount - 100, metadata: null }),
      this.ask(flow, `${path}/cancel`, { metadata: null }),
    ]);
  }

  async confirmTwice(flow) {
    const { json } = await this.ask(flow, '/v1/payment_intents', { amount: this.amount(), currency: 'usd' });
    const confirm = () => this.ask(flow, `/v1/payment_intents/${json.id}/confirm`, { payment_method: 'pm_card_visa', ...RETURN, metadata: null });
    await Promise.all([confirm(), confirm()]);
  }

  async liteCharge(flow) {
    const answer = await this.ask(flow, '/payments/create_charge', { customer_id: this.customer, amount: this.amount() / 100, payment_method: 'pm_card_visa' });
    if (answer.status !== 200) return;
    const { id } = answer.json.charge;
    const charge = await this.settled(flow, `/payments/${id}`, 'pending');
    if (charge.status === 'succeeded') await this.ask(flow, '/payments/refund_charge', { charge_id: id });
  }

  async oldCharge(flow) {
    await this.ask(flow, '/v1/charges', { amount: this.amount(), currency: 'usd', source: 'tok_visa' });
  }
}

module.exports = { Load };
