/*
 * delivery_books.js: an endpoint that hears of everything, and whether it has: each event at least once, the same bytes each time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const { until } = require('../integration/support/poll');
const { Receiver } = require('../integration/support/receiver');

class DeliveryBooks {
  constructor(s) { this.s = s; }

  async begin() {
    this.to = await new Receiver().start();
    const [{ id }] = await this.stored('SELECT id FROM events ORDER BY id DESC LIMIT 1');
    this.last = id;
    this.endpoint = await this.s.stripe.webhookEndpoints.create({ url: this.to.url(), enabled_events: ['*'] });
  }

  stored(sql) { return this.s.server.database.rows(sql); }

  async allArrived() {
    const { to, endpoint, s } = this;
    const rows = () => this.stored('SELECT event, status FROM webhook_deliveries');
    await until('no delivery waits', async () => (await rows()).every(({ status }) => status !== 'pending'), 60);
    const events = await this.stored(`SELECT id FROM events WHERE id > '${this.last}'`);
    const bodies = new Map();
    for (const { body, headers, json } of to.posts) {
      s.stripe.webhooks.constructEvent(body, headers['stripe-signature'], endpoint.secret, 600);
      assert.equal(body, bodies.get(json.id) || body, json.id);
      bodies.set(json.id, body);
    }
    assert.ok(events.length > 10, `${events.length} events`);
    for (const { id } of events) assert.ok(bodies.has(id), `${id} has not arrived`);
    for (const { event, status } of await rows()) assert.equal(status, 'succeeded', event);
    await to.stop();
  }
}

module.exports = { DeliveryBooks };
