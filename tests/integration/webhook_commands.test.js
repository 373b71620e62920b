/*
 * webhook_commands.test.js: `listen`, `trigger` and `resend` against a running server.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const { until } = require('./support/poll');
const { Receiver } = require('./support/receiver');
const { suite } = require('./support/suite');

const EVENTS = ['charge.captured', 'charge.dispute.closed', 'charge.dispute.created', 'charge.dispute.updated', 'charge.failed', 'charge.refunded',
  'charge.succeeded', 'customer.created', 'customer.deleted', 'customer.updated', 'payment_intent.amount_capturable_updated',
  'payment_intent.canceled', 'payment_intent.created', 'payment_intent.payment_failed', 'payment_intent.requires_action',
  'payment_intent.succeeded', 'payment_method.attached', 'payment_method.detached', 'payment_method.updated', 'refund.created',
  'refund.failed', 'refund.updated', 'setup_intent.canceled', 'setup_intent.created', 'setup_intent.requires_action',
  'setup_intent.setup_failed', 'setup_intent.succeeded'];

suite('webhook commands', {}, (s) => {
  const trigger = (event) => s.server.command('trigger', event, '--api-base', s.server.url.origin);

  s.test('an unknown event lists those there are', async () => {
    const { code, stderr } = await trigger('nothing.happened');
    assert.equal(code, 2);
    assert.deepEqual(stderr.match(/^ {2}\S+$/gm).map((line) => line.trim()), EVENTS);
  });

  for (const event of EVENTS) {
    s.test(`trigger ${event}`, async () => {
      const count = async () => (await s.stripe.events.list({ type: event, limit: 100 })).data.length;
      const before = await count();
      const { code, stdout, stderr } = await trigger(event);
      assert.equal(code, 0, stderr);
      assert.match(stdout, new RegExp(`^Triggered ${event}$`, 'm'));
      await until(`${event} happens`, async () => (await count()) > before);
    });
  }

  s.test('listen prints what happens and forwards it with the secret that it prints', async () => {
    const to = await new Receiver().start();
    const child = spawn(s.server.binary, ['listen', '--forward-to', to.url('/hook'), '--events', 'customer.created', '--api-base', s.server.url.origin],
      { cwd: s.server.folder, env: s.server.env, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    child.stdout.on('data', (chunk) => { said += chunk; });
    child.stderr.on('data', (chunk) => { said += chunk; });
    try {
      const [, secret] = await until('it is ready', () => said.match(/secret is (whsec_\w+)/));
      assert.equal((await s.server.mustCommand('listen', '--print-secret')).trim(), secret);
      const made = [await s.stripe.customers.create({ name: 'One' }), await s.stripe.customers.create({ name: 'Two' })];
      await s.stripe.customers.update(made[0].id, { name: 'Three' });
      await until('both arrived', () => to.posts.length === 2);
      const events = to.posts.map(({ body, headers }) => s.stripe.webhooks.constructEvent(body, headers['stripe-signature'], secret));
      assert.deepEqual(events.map(({ data }) => data.object.id).sort(), made.map(({ id }) => id).sort());
      await until('it says so', () => events.every(({ id }) => said.includes(`-->  customer.created [${id}]`)) && (said.match(/<-- {2}\[200\] POST/g) || []).length === 2);
      assert.ok(!said.includes('customer.updated'));
    } finally {
      child.kill('SIGTERM');
      await to.stop();
    }
  });

  s.test('resend delivers once more', async () => {
    const to = await new Receiver().start();
    const endpoint = await s.stripe.webhookEndpoints.create({ url: to.url('/hook'), enabled_events: ['customer.created'] });
    await s.stripe.customers.create({ name: 'Again' });
    const [first] = await until('it arrives', () => to.posts.length === 1 && to.posts);
    await s.server.mustCommand('resend', first.json.id, '--endpoint', endpoint.id);
    await until('it arrives again', () => to.posts.length === 2);
    assert.equal(to.posts[1].body, first.body);
    assert.equal((await s.server.command('resend', 'evt_none')).code, 1);
    assert.equal((await s.server.command('resend')).code, 2);
    await s.stripe.webhookEndpoints.del(endpoint.id);
    await to.stop();
  });
});
