/*
 * flows.js: the load that a fault strikes: each flow asks under Idempotency-Keys until it is answered, like a careful client.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const { setTimeout: pause } = require('node:timers/promises');
const { Load } = require('../integration/support/load');

const { eventOf, nextId } = require('../integration/support/webhooks');

const PATIENCE = 120 * 1000;
const RETURN = { return_url: 'https://example.com/back' };

class FaultLoad extends Load {
  constructor(options) {
    super(options);
    this.running = false; /* no flow begins by itself */
    this.round = 'begin';
    this.tell = options.tell; /* one try at handing in an event */
    this.acknowledged = [];
  }

  key() { return `${this.round}_${super.key()}`; }

  /* Begins a flow; what it still waits for goes on while others begin. */
  begin(name) {
    const flow = { waits: true };
    const run = this[name](flow).catch((error) => {
      this.failure = this.failure || error;
    }).finally(() => this.flows.delete(run));
    this.flows.add(run);
    return run;
  }

  async held(flow) {
    const answer = await this.pay(flow, { capture_method: 'manual' });
    assert.equal(answer.status, 200, answer.text);
    const intent = await this.settled(flow, `/v1/payment_intents/${answer.json.id}`, 'processing');
    return intent.status === 'requires_capture' ? intent : null;
  }

  async capture(flow) {
    const intent = await this.held(flow);
    if (!intent) return;
    const values = { amount_to_capture: intent.amount - 100, metadata: null };
    await this.ask(flow, `/v1/payment_intents/${intent.id}/capture`, values);
  }

  async cancel(flow) {
    const intent = await this.held(flow);
    if (intent) await this.ask(flow, `/v1/payment_intents/${intent.id}/cancel`, { metadata: null });
  }

  async setup(flow) {
    const values = { customer: this.customer, payment_method: 'pm_card_visa', confirm: true, ...RETURN };
    const answer = await this.ask(flow, '/v1/setup_intents', values);
    assert.equal(answer.status, 200, answer.text);
    const intent = await this.settled(flow, `/v1/setup_intents/${answer.json.id}`, 'processing');
    assert.match(intent.status, /^(succeeded|requires_payment_method)$/); /* the latter when it never reached the gateway */
  }

  /* An event of a gateway's, sent again until it is acknowledged, as gateways do. */
  async told() {
    const event = eventOf('customer.created', { id: nextId('cus'), object: 'customer', name: 'Told', created: 1700000000 });
    for (const until = Date.now() + PATIENCE; ; await pause(20)) {
      assert.ok(Date.now() < until, `${event.id} is not acknowledged`);
      const answer = await this.tell(event).catch(() => null);
      if (answer && answer.status === 200) break;
      if (answer) assert.ok(answer.status >= 500, answer.text);
    }
    this.acknowledged.push(event);
  }

  async person(flow) {
    const answer = await this.ask(flow, '/v1/customers', { name: 'Grace', email: 'grace@example.com' });
    assert.equal(answer.status, 200, answer.text);
  }
}

module.exports = { FaultLoad };
