/*
 * webhooks_retries.test.js: what becomes of an event that cannot be processed: tried again, later each time, given up, replayed, deleted.
 *
 * A refund of a charge that nobody has told of fails until the charge is told. The clock of the queue is moved in the database.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const { answered } = require('./support/expect');
const { until } = require('./support/poll');
const { suite } = require('./support/suite');
const { chargeOf, refundOf } = require('./support/told');
const { deliver, eventOf, nextId, now, send, storedEvent, untilEvent } = require('./support/webhooks');

const BACKOFF = 1000;
const PAUSES = [1000, 2000, 3600, 3600]; /* doubled, an hour at most */
const ATTEMPTS = PAUSES.length + 1;
const DAY = 86400;
const env = { STRIPE_LITE_WEBHOOKS_BACKOFF: String(BACKOFF), STRIPE_LITE_WEBHOOKS_ATTEMPTS: String(ATTEMPTS), STRIPE_LITE_WEBHOOKS_KEEP_DAYS: '4' };

suite('events that cannot be processed', { env }, (s) => {
  const tell = (event, statuses) => deliver(s, event, s.server.stripeSecret, statuses);
  const read = async (id) => answered(await storedEvent(s, id), 200);
  const due = (id) => s.server.database.change(`UPDATE webhook_events SET run_at = 1 WHERE id = '${id}'`);
  const list = async (query) => answered(await s.get('/api/v1/admin/webhooks/events', { query: { limit: 100, ...query } }), 200).events.map(({ id }) => id);
  const dead = async () => Number((await s.get('/metrics')).text.match(/stripe_lite_webhook_events_total\{outcome="dead"\} (\d+)/)[1]);
  const lonely = () => {
    const charge = chargeOf();
    return { charge, refund: refundOf(charge, 400) };
  };
  /* Its last attempt but one is behind it. */
  async function giveUp(event) {
    await tell(event, ['failed']);
    await s.server.database.change(`UPDATE webhook_events SET attempts = ${ATTEMPTS - 1}, run_at = 1 WHERE id = '${event.id}'`);
    await untilEvent(s, event.id, ['dead']);
  }

  s.test('tried again after a pause that doubles, and given up after the last', async () => {
    const { refund } = lonely();
    const event = eventOf('refund.created', refund);
    const before = await dead();
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      const started = now();
      if (attempt === 1) answered(await send(s, '/stripe/webhook', event, s.server.stripeSecret), 200);
      else await due(event.id);
      const stored = await until(`attempt ${attempt}`, async () => {
        const found = await read(event.id);
        return found.attempts === attempt && !['pending', 'processing'].includes(found.status) && found;
      });
      assert.match(stored.last_error, /The charge of refund re_\w+ is not known here yet/);
      if (attempt < ATTEMPTS) {
        assert.equal(stored.status, 'failed');
        const pause = Date.parse(stored.next_attempt_at) / 1000 - started;
        assert.ok(pause >= PAUSES[attempt - 1] && pause <= PAUSES[attempt - 1] + 15, `${pause} s before attempt ${attempt + 1}`);
      } else assert.deepEqual([stored.status, stored.next_attempt_at, stored.processed_at], ['dead', null, null]);
    }
    assert.equal(await dead(), before + 1);
    assert.ok((await list({ status: 'dead' })).includes(event.id));
    assert.ok(!(await list({ status: 'failed' })).includes(event.id));
    assert.match(s.server.log, /webhook event dead/);
    answered(await s.get(`/v1/refunds/${refund.id}`), 404);
  });

  s.test('a dead one is replayed once its reason is gone, with all its attempts', async () => {
    const { charge, refund } = lonely();
    const event = eventOf('refund.created', refund);
    await giveUp(event);
    answered(await s.post(`/api/v1/admin/webhooks/events/${event.id}/replay`, {}), 200);
    const again = await untilEvent(s, event.id, ['failed']);
    assert.equal(again.attempts, 1);
    await tell(eventOf('charge.succeeded', charge));
    answered(await s.post(`/api/v1/admin/webhooks/events/${event.id}/replay`, {}), 200);
    const done = await untilEvent(s, event.id);
    assert.deepEqual([done.outcome, done.last_error], ['applied', null]);
    assert.equal((await s.stripe.refunds.retrieve(refund.id)).status, 'succeeded');
  });

  s.test('the command replays all that are dead', async () => {
    const two = [lonely(), lonely()];
    const events = two.map(({ refund }) => eventOf('refund.created', refund));
    await Promise.all(events.map(giveUp));
    for (const { charge } of two) await tell(eventOf('charge.succeeded', charge));
    const { code, stdout } = await s.server.command('replay', '--status', 'dead');
    assert.equal(code, 0);
    assert.ok(Number(stdout.match(/^(\d+) events are processed again/)[1]) >= 2, stdout);
    for (const event of events) assert.equal((await untilEvent(s, event.id)).outcome, 'applied');
    for (const { refund } of two) assert.equal((await s.stripe.refunds.retrieve(refund.id)).amount, 400);
  });

  s.test('what was sent along of cards and secrets is neither kept nor taken over', async () => {
    const charge = chargeOf({ description: 'paid with 4242 4242 4242 4242', metadata: { note: '4000056655665556', key: 'sk_test_ABCDEFGHIJKLMNOP1234' } });
    charge.payment_method_details.card.number = '4242424242424242';
    const stored = await tell(eventOf('charge.succeeded', charge));
    const found = await s.stripe.charges.retrieve(charge.id);
    const text = JSON.stringify([stored, found]);
    for (const secret of ['4242 4242 4242', '4242424242424242', '4000056655665556', 'sk_test_ABCDEFGH']) assert.ok(!text.includes(secret), secret);
  });

  s.test('processed events are deleted when they are old, others stay', async () => {
    const [old, young] = [eventOf('unknown.thing_made', { id: nextId('thing'), object: 'unknown.thing' }), eventOf('unknown.thing_made', { id: nextId('thing'), object: 'unknown.thing' })];
    const failing = eventOf('refund.created', lonely().refund);
    for (const event of [old, young]) await tell(event);
    await tell(failing, ['failed']);
    await s.server.database.change(`UPDATE webhook_events SET created = ${now() - 4 * DAY - 60} WHERE id IN ('${old.id}', '${failing.id}')`);
    await s.server.database.change("UPDATE job_schedules SET slot = 0 WHERE id = 'webhooks.purge'");
    await s.restart(); /* its schedules are looked at anew */
    await until('the old one is gone', async () => (await storedEvent(s, old.id)).status === 404);
    assert.equal((await read(young.id)).status, 'processed');
    assert.equal((await read(failing.id)).status, 'failed');
  });
});
