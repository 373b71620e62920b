/*
 * webhooks_storm.test.js: 2,000 events of Stripe in any order, some twice, some forged, some too old, while the server is killed again
 * and again: what was acknowledged is handled once, and what is stored in the end is what an undisturbed server has that was told in order.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const { setTimeout: pause } = require('node:timers/promises');
const { eachEventOnce, sumsAgree } = require('./support/books');
const { Client } = require('./support/client');
const { answered } = require('./support/expect');
const { killServer } = require('./support/kill');
const { until } = require('./support/poll');
const { Server } = require('./support/server');
const { storiesOf } = require('./support/stories');
const { suite } = require('./support/suite');
const { now, send, sign } = require('./support/webhooks');

const EVENTS = 2000;
const KILLS = process.env.STRIPE_LITE_TEST_LONG ? 20 : 4;
const SENDERS = 24;
const onPostgres = process.env.STRIPE_LITE_TEST_DATABASE === 'postgres';
const env = { STRIPE_LITE_WORKERS: onPostgres ? '2' : '1', STRIPE_LITE_WEBHOOKS_BACKOFF: '1', STRIPE_LITE_WEBHOOKS_ATTEMPTS: '100' };

/* Any order, but the same for the same seed. */
function shuffled(list, seed) {
  let state = seed;
  const next = () => { state = (state * 1103515245 + 12345) % 2147483648; return state / 2147483648; };
  const found = [...list];
  for (let i = found.length - 1; i > 0; i -= 1) {
    const j = Math.floor(next() * (i + 1));
    [found[i], found[j]] = [found[j], found[i]];
  }
  return found;
}

/* What is compared: not what each server draws for itself, nor how often it was asked. */
const OWN = {
  customers: ['version', 'invoice_prefix', 'created'], payment_methods: ['version'], payment_intents: ['version', 'client_secret'],
  charges: ['version', 'attempt', 'balance_transaction'], disputes: ['version'],
};

async function stateOf(database) {
  const state = {};
  for (const [table, own] of Object.entries(OWN)) {
    const rows = await database.rows(`SELECT * FROM ${table} ORDER BY id`);
    state[table] = rows.map((row) => Object.fromEntries(Object.entries(row).filter(([name]) => !own.includes(name)).map(([name, value]) => [name, plain(value)])));
  }
  /* One that its charge told of first has an id of the server's. */
  state.refunds = await database.rows('SELECT charge, amount, currency, status FROM refunds ORDER BY charge, amount');
  state.balances = await database.rows('SELECT account, currency, SUM(amount) AS amount FROM ledger_balances GROUP BY account, currency ORDER BY account, currency');
  state.movements = await database.rows('SELECT type, reporting_category, amount, fee, net, currency, COUNT(*) AS times FROM balance_transactions GROUP BY type, reporting_category, amount, fee, net, currency ORDER BY type, reporting_category, amount');
  return state;
}

const plain = (value) => (typeof value === 'string' && /^[[{]/.test(value) ? JSON.parse(value) : value);

/* Nothing waits any more. What does is due at once: the clock of the queue is moved. */
async function settle(database) {
  const waiting = async () => Number((await database.rows('SELECT COUNT(*) AS count FROM webhook_events WHERE run_at IS NOT NULL'))[0].count);
  await until('every event is processed', async () => {
    if (await waiting() === 0) return true;
    await database.change('UPDATE webhook_events SET run_at = 1 WHERE run_at > 1');
    await pause(200); /* a turn of the sweep */
    return false;
  }, 60);
}

suite('a storm of events', { env }, (s) => {
  const stories = storiesOf(EVENTS);
  const events = stories.flat();
  const acknowledged = new Set();
  let calm;

  /* As Stripe does: again until it is acknowledged. */
  async function sendUntilTaken(event) {
    for (;;) {
      try {
        const answer = await send(s, '/stripe/webhook', event, s.server.stripeSecret, { mayFail: true });
        if (answer.status === 200) { acknowledged.add(event.id); return; }
        assert.ok(answer.status >= 500, answer.text);
      } catch (error) {
        if (error.code === 'ERR_ASSERTION') throw error;
      }
      await pause(20); /* it is down */
    }
  }

  async function sendForged(event, signature, message) {
    const forged = { ...event, id: `${event.id}_forged`, type: 'payment_intent.canceled' };
    try {
      const answer = await send(s, '/stripe/webhook', forged, null, { signature: signature(JSON.stringify(forged)), mayFail: true });
      if (answer.status >= 500) return 0;
      assert.equal(answer.status, 400, answer.text);
      assert.equal(answer.json.error.code, 'webhook_signature_invalid');
      assert.match(answer.json.error.message, message);
      return 1;
    } catch (error) {
      if (error.code === 'ERR_ASSERTION') throw error;
      return 0;
    }
  }

  s.test(`${EVENTS} events and ${KILLS} kills`, async (t) => {
    const wrong = [(body) => sign(body, 'whsec_forged'), /no signature in it is that of this body/];
    const old = [(body) => sign(body, s.server.stripeSecret, now() - 400), /too long ago/];
    const work = shuffled([
      ...events.map((event) => () => sendUntilTaken(event)),
      ...events.filter((_, i) => i % 8 === 0).map((event) => () => sendUntilTaken(event)),
      ...events.filter((_, i) => i % 20 === 0).map((event) => async () => { refused += await sendForged(event, ...(refused % 2 ? wrong : old)); }),
    ], 20261129);
    let refused = 0;
    let at = 0;
    let failure;
    const senders = Array.from({ length: SENDERS }, async () => {
      while (at < work.length && !failure) {
        at += 1;
        await work[at - 1]().catch((error) => { failure = failure || error; });
      }
    });
    for (let kill = 1; kill <= KILLS && !failure; kill += 1) {
      await until('the storm goes on', () => failure || acknowledged.size >= (EVENTS * kill) / (KILLS + 1), 60);
      await killServer(s.server);
      s.reconnect();
    }
    await Promise.all(senders);
    if (failure) throw failure;
    t.diagnostic(`${refused} forged or old ones refused`);
    assert.ok(refused > 50, `${refused} refused`);
    assert.equal(acknowledged.size, EVENTS);
  });

  s.test('what was acknowledged is handled, once; what was forged is not there', async () => {
    await settle(s.server.database);
    const rows = await s.server.database.rows('SELECT id, status, outcome FROM webhook_events');
    assert.deepEqual(rows.filter(({ status }) => status !== 'processed'), []);
    assert.deepEqual(rows.map(({ id }) => id).sort(), [...acknowledged].sort());
    await eachEventOnce(s.server.database);
    await sumsAgree(s.server.database, await s.stripe.balance.retrieve());
    assert.deepEqual(await s.server.database.rows('SELECT id FROM payment_attempts WHERE unsettled = TRUE'), []);
  });

  s.test('an undisturbed server that is told in order has the same', async () => {
    calm = new Server({ env });
    await calm.create();
    calm.stripeSecret = s.server.stripeSecret;
    s.server.madeKeys.push(calm.secretKey);
    try {
      const client = new Client({ ...calm, url: calm.url, secretKey: calm.secretKey }, s.observer.see);
      const other = { request: (...words) => client.request(...words) };
      const longest = Math.max(...stories.map((story) => story.length));
      for (let step = 0; step < longest; step += 1) {
        await Promise.all(stories.filter((story) => story.length > step).map(async (story) => answered(await send(other, '/stripe/webhook', story[step], calm.env.STRIPE_WEBHOOK_SECRET), 200)));
        await settle(calm.database);
      }
      client.close();
      const [stormy, ordered] = [await stateOf(s.server.database), await stateOf(calm.database)];
      assert.ok(ordered.charges.length > 100 && ordered.refunds.length > 100 && ordered.disputes.length > 20);
      for (const name of Object.keys(ordered)) assert.deepEqual(stormy[name], ordered[name], name);
      const { code, stdout } = await calm.command('verify');
      assert.equal(code, 0, stdout);
    } finally {
      await calm.stop();
      await calm.remove();
    }
  });
});
