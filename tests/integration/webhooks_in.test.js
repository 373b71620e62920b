/*
 * webhooks_in.test.js: the routes that take events: what is taken, what is refused, what an administrator sees of it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const crypto = require('node:crypto');
const { answered, refused } = require('./support/expect');
const jwt = require('./support/jwt');
const { until } = require('./support/poll');
const { suite } = require('./support/suite');
const { deliver, eventOf, nextId, now, send, sign, storedEvent, untilEvent } = require('./support/webhooks');

const OLD = 'whsec_old_secret_of_stripe';
const SECRET = 'whsec_new_secret_of_stripe';
const STRIPE_PATHS = ['/stripe/webhook', '/api/v1/payments/stripe/webhook', '/api/v1/webhooks/stripe', '/webhooks/stripe'];
const thing = (more) => ({ id: nextId('thing'), object: 'unknown.thing', ...more });

suite('webhooks of Stripe', { env: { STRIPE_WEBHOOK_SECRET: `${OLD},${SECRET}` } }, (s) => {
  s.test('every name of the route takes a signed event, stores it and says its type', async () => {
    for (const path of STRIPE_PATHS) {
      const event = eventOf('unknown.thing_made', thing());
      assert.deepEqual(answered(await send(s, path, event, SECRET), 200), { received: true, event_type: 'unknown.thing_made' });
      const stored = await untilEvent(s, event.id);
      assert.equal(stored.type, event.type);
      assert.equal(stored.gateway, 'stripe');
      assert.equal(stored.outcome, 'unclaimed');
      assert.equal(stored.attempts, 1);
      assert.deepEqual(stored.object, event.data.object);
    }
  });

  s.test('any of the secrets will do, and any of several v1', async () => {
    for (const signature of [
      (body) => sign(body, OLD),
      (body) => sign(body, ['whsec_other', SECRET]),
      (body) => `${sign(body, SECRET)},v1=00,v0=11`,
      (body) => sign(body, SECRET, now() - 290),
    ]) {
      const body = JSON.stringify(eventOf('unknown.thing_made', thing()));
      answered(await send(s, '/stripe/webhook', body, null, { signature: signature(body) }), 200);
    }
  });

  s.test('what is not signed right is refused with the reason, and not stored', async () => {
    const event = eventOf('unknown.thing_made', thing());
    const body = JSON.stringify(event);
    const wrong = [
      [null, /Stripe-Signature is missing/],
      ['', /Stripe-Signature is missing/],
      ['t=1', /no time \(t=\) and signature/],
      [sign(body, 'whsec_wrong'), /no signature in it is that of this body/],
      [sign(`${body} `, SECRET), /no signature in it is that of this body/],
      [sign(body, SECRET, now() - 400), /too long ago/],
      [sign(body, SECRET, now() + 400), /too long ago/],
      [sign(body, SECRET).replace('v1=', 'v0='), /no time \(t=\) and signature/],
    ];
    for (const path of STRIPE_PATHS) {
      for (const [signature, message] of wrong) {
        const error = refused(await send(s, path, body, null, { signature }), 400, { type: 'invalid_request_error', code: 'webhook_signature_invalid', message });
        assert.ok(!JSON.stringify(error).includes(SECRET));
      }
    }
    answered(await storedEvent(s, event.id), 404);
  });

  s.test('a signed body that is no event is a 400 that says so', async () => {
    for (const [body, code] of [['', 'json_invalid'], ['{', 'json_invalid'], ['[]', 'json_invalid'], ['{"id":"evt_1","id":"evt_2"}', 'json_invalid'], ['{"type":"a.b"}', null], ['{"id":"evt_1"}', null], ['{"id":7,"type":"a.b"}', null], ['{"id":"a b","type":"a.b"}', null]]) {
      const error = refused(await send(s, '/stripe/webhook', body, SECRET), 400, { type: 'invalid_request_error' });
      if (code) assert.equal(error.code, code, body);
    }
  });

  s.test('a body of more than 512 KiB is refused', async () => {
    const event = eventOf('unknown.thing_made', thing({ text: 'x'.repeat(520 * 1024) }));
    answered(await send(s, '/stripe/webhook', event, SECRET), 413);
    const large = eventOf('unknown.thing_made', thing({ text: 'x'.repeat(500 * 1024) }));
    answered(await send(s, '/stripe/webhook', large, SECRET), 200);
    assert.equal((await untilEvent(s, large.id)).object.text.length, 500 * 1024);
  });

  s.test('an event that comes twice, also at once, is stored once', async () => {
    const event = eventOf('unknown.thing_made', thing());
    const answers = await Promise.all(Array.from({ length: 12 }, () => send(s, '/stripe/webhook', event, SECRET)));
    for (const answer of answers) answered(answer, 200);
    await untilEvent(s, event.id);
    const { events } = answered(await s.get('/api/v1/admin/webhooks/events', { query: { type: event.type, limit: 100 } }), 200);
    assert.equal(events.filter(({ id }) => id === event.id).length, 1);
  });

  s.test('card numbers, keys and client secrets are not kept', async () => {
    const event = eventOf('unknown.thing_made', thing({
      number: '4242 4242 4242 4242', digits: 4000056655665556, client_secret: 'pi_1ABCDEFGH_secret_ABCDEFGHIJKLMNOP', nested: [{ key: 'sk_test_ABCDEFGHIJKLMNOP1234' }], kept: 'as it is', customer: 'cus_4539578763621486', 
    }));
    const stored = await deliver(s, event, SECRET);
    const text = JSON.stringify(stored);
    for (const secret of ['4242 4242', '4000056655665556', '_secret_ABCDEF', 'sk_test_ABCDEFGHIJKL']) assert.ok(!text.includes(secret), `${secret} in ${text}`);
    assert.equal(stored.object.kept, 'as it is');
    assert.equal(stored.object.customer, 'cus_4539578763621486'); /* an id is no number */
  });

  s.test('the event says its mode, and a key of the other mode does not see it', async () => {
    const event = eventOf('unknown.thing_made', thing(), { livemode: true });
    answered(await send(s, '/stripe/webhook', event, SECRET), 200);
    answered(await storedEvent(s, event.id), 404);
  });

  s.test('an event of a connected account that is not known here is kept and not applied', async () => {
    const customer = { id: nextId('cus'), object: 'customer', email: 'foreign@example.com' };
    const stored = await deliver(s, eventOf('customer.created', customer, { account: 'acct_elsewhere' }), SECRET);
    assert.equal(stored.outcome, 'foreign');
    assert.equal(stored.account, 'acct_elsewhere');
    answered(await s.get(`/customers/${customer.id}`), 404);
  });

  s.test('a key that is sent along does not matter, be it right or wrong', async () => {
    for (const key of ['sk_test_wrong', s.server.secretKey]) answered(await send(s, '/stripe/webhook', eventOf('unknown.thing_made', thing()), SECRET, { key }), 200);
  });

  s.test('the list: newest first, by state, type and gateway, page by page', async () => {
    const type = `unknown.list_${nextId('x')}`;
    const sent = [];
    for (let i = 0; i < 5; i += 1) {
      const event = eventOf(type, thing());
      await deliver(s, event, SECRET);
      sent.unshift(event.id);
    }
    const list = async (query) => answered(await s.get('/api/v1/admin/webhooks/events', { query: { type, ...query } }), 200);
    const all = await list({});
    assert.deepEqual(all.events.map(({ id }) => id).sort(), [...sent].sort());
    assert.equal(all.has_more, false);
    assert.equal((await list({ status: 'processed' })).events.length, 5);
    assert.equal((await list({ status: 'dead' })).events.length, 0);
    assert.equal((await list({ gateway: 'stripe' })).events.length, 5);
    assert.equal((await list({ gateway: 'lite' })).events.length, 0);
    const first = await list({ limit: 2 });
    assert.equal(first.has_more, true);
    const second = await list({ limit: 2, starting_after: first.events[1].id });
    assert.deepEqual([...first.events, ...second.events].map(({ id }) => id), all.events.slice(0, 4).map(({ id }) => id));
    answered(await s.get('/api/v1/admin/webhooks/events', { query: { status: 'lost' } }), 422);
    answered(await s.get('/api/v1/admin/webhooks/events', { query: { color: 'red' } }), 422);
  });

  s.test('only an administrator sees and replays events', async () => {
    const event = eventOf('unknown.thing_made', thing());
    await deliver(s, event, SECRET);
    const viewer = jwt.hs256(s.server.jwtSecret, jwt.claims('viewer'));
    answered(await s.get(`/api/v1/admin/webhooks/events/${event.id}`, { key: viewer }), 403);
    answered(await s.get('/api/v1/admin/webhooks/events', { key: null }), 401);
    answered(await s.post(`/api/v1/admin/webhooks/events/${event.id}/replay`, {}, { key: viewer }), 403);
    answered(await s.post('/api/v1/admin/webhooks/events/evt_none/replay', {}), 404);
    const replayed = answered(await s.post(`/api/v1/admin/webhooks/events/${event.id}/replay`, {}), 200);
    assert.equal(replayed.status, 'pending');
    const again = await untilEvent(s, event.id);
    assert.equal(again.outcome, 'unclaimed');
  });

  s.test('the command replays by id and by status, and says what it cannot', async () => {
    const event = eventOf('unknown.thing_made', thing());
    await deliver(s, event, SECRET);
    const first = await untilEvent(s, event.id);
    const processed = async () => Number((await s.get('/metrics')).text.match(/stripe_lite_webhook_events_total\{outcome="unclaimed"\} (\d+)/)[1]);
    const before = await processed();
    const done = await s.server.command('replay', first.id);
    assert.deepEqual([done.code, done.stdout, done.stderr], [0, '1 events are processed again\n', '']);
    await until('it was processed once more', async () => (await processed()) > before);
    const missing = await s.server.command('replay', first.id, 'evt_none');
    assert.deepEqual([missing.code, missing.stdout], [1, '1 events are processed again\n']);
    assert.match(missing.stderr, /there is no webhook event 'evt_none'/);
    assert.equal((await s.server.command('replay', '--status', 'dead')).stdout, '0 events are processed again\n');
    for (const words of [[], ['--status', 'processed'], ['--color', 'red']]) {
      const { code, stderr } = await s.server.command('replay', ...words);
      assert.equal(code, 2, words.join(' '));
      assert.match(stderr, /usage: stripe-lite replay/);
    }
  });

  s.test('what was received, refused and processed is counted', async () => {
    const { text } = await s.get('/metrics');
    assert.match(text, /stripe_lite_webhooks_received_total\{gateway="stripe"\} [1-9]/);
    assert.match(text, /stripe_lite_webhooks_refused_total\{gateway="stripe"\} [1-9]/);
    assert.match(text, /stripe_lite_webhook_events_total\{outcome="unclaimed"\} [1-9]/);
    assert.match(text, /stripe_lite_webhook_events_total\{outcome="duplicate"\} [1-9]/);
  });
});

suite('webhooks without secrets, and of other gateways', { env: { STRIPE_LITE_WEBHOOK_SECRET: undefined, STRIPE_WEBHOOK_SECRET: undefined } }, (s) => {
  s.test('the routes answer 503 and name the setting', async () => {
    for (const path of STRIPE_PATHS) {
      refused(await send(s, path, eventOf('a.b', thing()), SECRET, { mayFail: true }), 503, { message: /stripe\.webhook_secret is not set/ });
    }
    for (const path of ['/webhooks/', '/webhooks/webhook']) {
      refused(await send(s, path, { event_type: 'charge.succeeded', data: {} }, SECRET, { header: 'X-Signature', mayFail: true }), 503, { message: /webhooks\.lite_secret is not set/ });
    }
  });

  s.test('an unknown gateway is 404, one that takes no webhooks 400', async () => {
    refused(await send(s, '/webhooks/nobody', {}, SECRET), 404, { message: /No such gateway: 'nobody'/ });
    refused(await send(s, '/webhooks/simulator', {}, SECRET), 400, { message: /does not support the operation 'verify_webhook'/ });
  });
});

suite('webhooks of the Stripe_lite route', {}, (s) => {
  const lite = (event, options) => send(s, '/webhooks/', event, s.server.liteSecret, { header: 'X-Signature', ...options });

  s.test('both names take a signed event; an unknown object is stored and answered 200', async () => {
    for (const path of ['/webhooks/', '/webhooks/webhook']) {
      for (const [type, data] of [['charge.succeeded', { id: nextId('ch') }], ['charge.succeeded', { charge_id: nextId('ch') }], ['charge.succeeded', { gateway_reference: nextId('ref') }], ['subscription.renewed', { subscription_id: nextId('sub') }]]) {
        const id = nextId('lite');
        assert.deepEqual(answered(await send(s, path, { event_type: type, data, id }, s.server.liteSecret, { header: 'X-Signature' }), 200), { status: 'processed' });
        const stored = answered(await storedEvent(s, `lite:${id}`), 200);
        assert.equal(stored.type, type);
        assert.equal(stored.status, 'processed');
        assert.equal(stored.object_id, Object.values(data)[0]);
      }
    }
  });

  s.test('what is wrong is a 400 that says so', async () => {
    const event = { event_type: 'charge.succeeded', data: { id: 'ch_1' } };
    refused(await lite(event, { signature: null }), 400, { message: /X-Signature is missing/ });
    refused(await lite(event, { signature: sign(JSON.stringify(event), 'whsec_wrong') }), 400, { code: 'webhook_signature_invalid' });
    refused(await lite(event, { signature: sign(JSON.stringify(event), s.server.liteSecret, now() - 400) }), 400, { message: /too long ago/ });
    refused(await lite({ ...event, event_type: 'charge.refunded' }), 400, { message: /Unsupported event type: 'charge.refunded'/ });
    refused(await lite({ event_type: 'charge.succeeded', data: {} }), 400, { message: /does not name what it is about/ });
    refused(await lite({ event_type: 'charge.succeeded', data: [] }), 400);
    refused(await lite({ ...event, id: 'a b' }), 400, { message: /Invalid id/ });
    refused(await lite('{'), 400, { code: 'json_invalid' });
    refused(await lite('7'), 400, { code: 'json_invalid' });
    for (const body of [{ data: { id: 'ch_1' } }, { event_type: 'charge.succeeded' }, { event_type: 7, data: {} }]) {
      assert.ok([400, 422].includes((await lite(body)).status), JSON.stringify(body));
    }
  });

  s.test('the same id twice is handled once; without an id the same signed text is', async () => {
    const id = nextId('lite');
    const data = { id: nextId('ch') };
    for (let i = 0; i < 3; i += 1) answered(await lite({ event_type: 'charge.succeeded', data: { ...data, i }, id }), 200);
    assert.equal(answered(await storedEvent(s, `lite:${id}`), 200).object.data.i, 0);
    const body = JSON.stringify({ event_type: 'charge.succeeded', data });
    const signature = sign(body, s.server.liteSecret, now() - 1);
    for (let i = 0; i < 3; i += 1) answered(await lite(body, { signature }), 200);
    answered(await lite(body), 200);
    const stored = `lite:${crypto.createHash('sha256').update(signature).digest('hex').slice(0, 40)}`;
    await until('it is there', async () => (await storedEvent(s, stored)).status === 200);
    const { events } = answered(await s.get('/api/v1/admin/webhooks/events', { query: { limit: 100 } }), 200);
    assert.equal(events.filter(({ object_id: one }) => one === data.id).length, 3);
  });
});
