/*
 * scans.test.js: no statement of any route, job or recovery reads a whole table.
 *
 * The server writes each distinct statement into a file (STRIPE_LITE_SQL_LOG, core/database/sql_log.c). The routes are walked
 * by the route table and /openapi.json, so a route or filter added tomorrow is asked tomorrow; then the database explains
 * every statement. `stripe-lite verify` reads everything and is asked later, so its statements are not among them.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const cards = require('./support/cards');
const { answered } = require('./support/expect');
const jwt = require('./support/jwt');
const { explain, readLog } = require('./support/plans');
const { until } = require('./support/poll');
const { suite } = require('./support/suite');

const CUSTOMERS = 200;
const CHARGES = 200;
const CALM = { latency_ms: 0, error_rate: 0, drop_answer_rate: 0 };
const SEARCH_FIELDS = ['email', 'name', 'phone', 'status', 'currency', 'customer', 'payment_intent', 'amount', 'created', 'refunded', 'disputed', 'last4', 'description'];

/* Statements that may read a whole table, each with its reason. */
const ALLOWED = [
  { sql: /FROM schema_migrations$/, reason: 'every file that was applied is compared at the start' },
  { sql: /FROM sqlite_master/, reason: 'the names of the tables, which have no index, asked at the start' },
  { sql: /^SELECT DISTINCT locked_by FROM jobs WHERE state = 'running'$/, reason: 'an index of running jobs alone, asked at the start' },
  { sql: /^SELECT account_id FROM api_keys UNION SELECT id/, reason: 'a schedule is due in every account: all of them are wanted' },
  { sql: /^SELECT status, (COUNT\(\*\)|MIN\(started\)) FROM payment_attempts WHERE unsettled = TRUE GROUP BY status$/, reason: 'an index of open attempts alone, asked by /metrics' },
  { sql: /^WITH RECURSIVE lanes\(lane\)/, reason: 'what is scanned is the list of lanes that was found, a probe of the index each' },
  { sql: /^SELECT COUNT\(\*\), MIN\(created\) FROM webhook_deliveries WHERE due IS NOT NULL$/, reason: 'an index of what waits alone, counted for the metrics' },
  { sql: /^SELECT DISTINCT holder FROM webhook_deliveries WHERE holder IS NOT NULL$/, reason: 'an index of what is held alone, asked at the start' },
];

/* What the walk below must have led to: keys, jobs, schedules, recovery, replays, notices. */
const SEEN = [
  'FROM api_keys WHERE', 'WITH due', 'FROM job_schedules', 'unsettled = TRUE', "status = 'pending' AND available_on",
  'invoice_prefix = $2', 'LOWER(email) = $2', 'FROM idempotency_keys', 'FROM disputes', 'FROM events',
];

/* Statements that may read all rows that a table has of one account, each with its reason. */
const WALKS = [
  { sql: /SUM\(amount\) AS BIGINT\) FROM ledger_balances/, reason: 'GET /v1/balance sums every account of the ledger: a row for each, its currency and a worker' },
  { sql: /FROM payment_attempts WHERE account_id = \$1 AND \(unsettled = TRUE AND started <= \$2 /, reason: 'the sweep wants all of an account\'s open attempts, which have an index to themselves' },
  { sql: /^SELECT id, enabled_events FROM webhook_endpoints/, reason: 'a worker learns all endpoints of an account, once until one changes' },
];

/* Lists whose index holds a few rows alone, so that a filter looks through them. */
const SHORT = { payment_attempts: 'payment_attempts_open' };

const logFolder = fs.mkdtempSync(path.join(os.tmpdir(), 'stripe_lite_scans_'));
const log = path.join(logFolder, 'statements');
process.on('exit', () => fs.rmSync(logFolder, { recursive: true, force: true }));

suite('no route scans a table', { env: { STRIPE_LITE_SQL_LOG: log, STRIPE_LITE_CUSTOMERS_UNIQUE_EMAIL: 'true' } }, (s) => {
  let owned;
  let documents;
  let routes;
  let plans;

  /* Runs `body(i)` for 0 .. count - 1, eight at a time. */
  async function many(count, body) {
    let next = 0;
    const worker = async () => { while (next < count) await body(next++); };
    await Promise.all(Array.from({ length: 8 }, worker));
  }

  const pay = (values, options) => s.post('/v1/payment_intents', {
    amount: 1000, currency: 'usd', confirm: true, return_url: 'https://example.com/back', payment_method: 'pm_card_visa', ...values,
  }, options);

  s.test('some hundred rows of each kind', async () => {
    const ids = [];
    await many(CUSTOMERS, async (i) => {
      ids.push(answered(await s.post('/v1/customers', { email: `c${i}@example.com`, name: `Customer ${i}`, metadata: { a: `${i}` } }), 200).id);
    });
    await many(CHARGES, async (i) => { answered(await pay({ amount: 500 + i, customer: ids[i % ids.length] }), 200); });
  });

  s.test('the main flows', async () => {
    const { stripe } = s;
    const customer = await stripe.customers.create({ name: 'Scans', email: 'scans@example.com', payment_method: 'pm_card_visa' });
    const [method] = (await stripe.customers.listPaymentMethods(customer.id)).data;
    const mine = { customer: customer.id, payment_method: method.id, off_session: true };
    const paid = answered(await pay({ ...mine, expand: ['latest_charge.balance_transaction'] }, { headers: { 'Idempotency-Key': 'scans-1' } }), 200);
    answered(await pay({ ...mine, expand: ['latest_charge.balance_transaction'] }, { headers: { 'Idempotency-Key': 'scans-1' } }), 200);
    const held = answered(await pay({ ...mine, capture_method: 'manual' }), 200);
    await stripe.paymentIntents.capture(held.id, { amount_to_capture: 400 });
    await stripe.paymentIntents.cancel(answered(await pay({ ...mine, capture_method: 'manual' }), 200).id);
    const refund = await stripe.refunds.create({ payment_intent: paid.id, amount: 100 });
    await stripe.refunds.create({ charge: paid.latest_charge.id });
    await pay({ payment_method: cards.DECLINES[0].payment_method });
    const disputed = answered(await pay({ payment_method: cards.DISPUTED.payment_method }), 200);
    const challenged = answered(await pay({ payment_method: 'pm_card_threeDSecure2Required' }), 200);
    const setup = await stripe.setupIntents.create({ customer: customer.id, payment_method: method.id, confirm: true, return_url: 'https://example.com/back' });
    const credit = await stripe.customers.createBalanceTransaction(customer.id, { amount: -100, currency: 'usd' });
    answered(await s.post('/payments/create', { amount: 12.5, currency: 'usd', customer_id: customer.id, payment_method: 'pm_card_visa' }), 200);
    await stripe.customers.create({ invoice_prefix: 'SCANS' });
    answered(await s.post('/customers', { name: 'Lite', email: 'lite@example.com' }), 200);
    const dispute = await until('a dispute arrives', async () => (await stripe.disputes.list({ payment_intent: disputed.id })).data[0]);
    owned = {
      customer: customer.id, payment_method: method.id, payment_intent: held.id, charge: paid.latest_charge.id, refund: refund.id,
      setup_intent: setup.id, customer_balance_transaction: credit.id, balance_transaction: paid.latest_charge.balance_transaction.id,
      dispute: dispute.id, secret: challenged.next_action.redirect_to_url.url.split('/').pop(),
    };
  });

  s.test('a lost answer and its recovery', async () => {
    answered(await s.post('/v1/test_helpers/simulator', { ...CALM, drop_answer_rate: 1 }), 200);
    const lost = [];
    for (const values of [{}, { capture_method: 'manual' }]) lost.push(answered(await pay(values), 200).id);
    answered(await s.post('/v1/test_helpers/simulator', CALM), 200);
    for (const id of lost) {
      await until(`${id} leaves processing`, async () => (await s.stripe.paymentIntents.retrieve(id)).status !== 'processing', 40);
    }
  });

  s.test('a death in the middle of a payment and its recovery', async () => {
    const key = { headers: { 'Idempotency-Key': 'scans-killed' } };
    answered(await s.post('/v1/test_helpers/simulator', { ...CALM, latency_ms: 2000 }), 200);
    const killed = pay({ metadata: { killed: 'yes' } }, key).catch(() => null);
    await until('the payment is under way', async () => (await s.stripe.paymentIntents.list({ limit: 1 })).data[0].metadata.killed);
    await s.server.kill9();
    await killed;
    await s.server.start();
    s.reconnect();
    answered(await s.post('/v1/test_helpers/simulator', CALM), 200);
    const again = await until('the key has its answer', async () => {
      const answer = await pay({ metadata: { killed: 'yes' } }, key);
      return answer.status !== 409 && answer;
    }, 60);
    assert.equal(again.json.metadata.killed, 'yes', again.text);
  });

  /* The object a path's variable or a filter names: by its own name, else by the noun before it. */
  function idFor(name, noun = '', whole = '') {
    const singular = (word) => word.replace(/_id$|Id$/, '').replace(/s$/, '');
    if (noun === 'payments') return owned.charge;
    if (noun === 'balance_transactions' && whole.includes('/customers/')) return owned.customer_balance_transaction;
    return owned[singular(name)] || owned[singular(noun)] || 'nothing_1';
  }

  const filled = (whole) => {
    const segments = whole.split('/');
    return segments.map((segment, i) => segment.replace(/\{([^}]+)\}/g, (_, name) => idFor(name, segments[i - 1], whole))).join('/');
  };

  const filtersOf = ({ method, path: whole }) => ((documents.paths[whole] || {})[method.toLowerCase()]?.parameters || [])
    .filter((one) => one.in === 'query' && !['limit', 'starting_after', 'ending_before', 'created', 'expand', 'page', 'query'].includes(one.name))
    .map(({ name, schema }) => [name, schema.enum ? schema.enum[0] : schema.type === 'boolean' ? 'true' : idFor(name)]);

  const list = (route, query, key) => s.get(filled(route.path), { query, key });

  /* A list by every filter alone and all together, from both ends, with each cursor and range. */
  async function walkList(route, key) {
    const first = await list(route, { limit: 3 }, key);
    if (first.status !== 200) return;
    const rows = Object.values(first.json).find(Array.isArray) || [];
    const cursor = rows.length > 1 && (rows[1].id || Object.values(rows[1])[0]);
    const filters = filtersOf(route);
    const choices = [{}, ...filters.map((one) => Object.fromEntries([one])), Object.fromEntries(filters)];
    for (const choice of choices) {
      const pages = [{}, { 'created[gte]': 1 }, { created: 1700000000 }];
      if (cursor) pages.push({ starting_after: cursor }, { ending_before: cursor });
      for (const page of pages) await list(route, { limit: 3, ...choice, ...page }, key);
    }
    await expandAll(filled(route.path), rows[0], 'data.', key);
  }

  /* Asks to expand every member that may be a reference; those that are none are refused. */
  async function expandAll(where, object, prefix, key) {
    for (const [name, value] of Object.entries(object || {})) {
      const below = value && typeof value === 'object' && !Array.isArray(value) ? Object.keys(value).slice(0, 10).map((inner) => `${name}.${inner}`) : [];
      for (const one of [name, ...below]) await s.get(where, { key, query: { expand: [`${prefix}${one}`] } });
    }
  }

  async function walkSearch(route, key) {
    const where = filled(route.path);
    const numbers = ['amount', 'created'];
    for (const field of SEARCH_FIELDS) {
      const clauses = numbers.includes(field) ? [`${field}>1`] : [`${field}:'usd'`, `${field}~'abc'`, `-${field}:null`];
      for (const query of clauses) await s.get(where, { key, query: { query } });
    }
    const query = 'metadata["a"]:"1" OR created>1';
    const page = answered(await s.get(where, { key, query: { query, limit: 1 } }), 200);
    await s.get(where, { key, query: { query, limit: 1, page: page.next_page } });
  }

  async function walkReads(key) {
    for (const route of routes.filter(({ method }) => method === 'GET')) {
      const returns = route.returns || '';
      if (returns.startsWith('search:')) await walkSearch(route, key);
      else if (returns.startsWith('list:')) await walkList(route, key);
      const whole = filled(route.path);
      const answer = await s.get(whole, { key, seconds: 2 });
      if (answer.status === 200 && answer.json && !returns.includes(':')) await expandAll(whole, answer.json, '', key);
    }
  }

  s.test('every route that reads, as the owner', async () => {
    /* A queue that was counted while it was empty is rightly read whole. */
    if (s.server.database.dialect === 'postgres') await s.server.database.change('ALTER TABLE jobs SET (autovacuum_enabled = off)');
    documents = answered(await s.get('/openapi.json'), 200);
    routes = await s.server.routes();
    await walkReads(s.server.secretKey);
  });

  s.test('every route that reads, as a customer and with a key made later', async () => {
    const token = jwt.hs256(s.server.jwtSecret, jwt.claims(`customer:${owned.customer}`));
    await walkReads(token);
    const viewer = await s.server.makeKey({ role: 'viewer' });
    answered(await s.get('/v1/customers', { key: viewer }), 200);
  });

  s.test('every route that writes', async () => {
    for (const { method, path: whole } of routes.filter(({ method: one }) => one !== 'GET')) {
      await s.request(method, filled(whole), { [whole.startsWith('/v1/') ? 'form' : 'json']: {}, seconds: 2 });
      await s.request(method, filled(whole), { [whole.startsWith('/v1/') ? 'form' : 'json']: { ...owned, amount: 100, currency: 'usd' }, seconds: 2 });
    }
  });

  s.test('the database explains every statement: none scans', async () => {
    const statements = readLog(log);
    assert.ok(statements.length > 80, `${statements.length} statements were logged`);
    for (const part of SEEN) assert.ok(statements.some(({ sql }) => sql.includes(part)), `no statement says ${part}`);
    plans = await explain(s.server.database, statements);
    const told = plans.filter(({ sql, scans }) => scans.length > 0 && !ALLOWED.some((one) => one.sql.test(sql)))
      .map(({ sql, scans }) => `${scans.join('; ')}\n      ${sql.replace(/\s+/g, ' ')}`);
    assert.equal(told.length, 0, `${told.length} statements scan:\n    ${told.join('\n    ')}`);
  });

  const pages = () => plans.filter(({ sql }) => /ORDER BY created (DESC|ASC), id \1 LIMIT/.test(sql));

  s.test('lists are read in the order of an index, never sorted', () => {
    const sorted = pages().filter(({ lines }) => lines.some((line) => /USE TEMP B-TREE FOR ORDER BY/.test(line)));
    assert.ok(pages().length > 20, `${pages().length} pages`);
    assert.deepEqual(sorted.map(({ sql }) => sql), []);
  });

  if (process.env.STRIPE_LITE_TEST_DATABASE === 'postgres') {
    /* As long as a table is empty all its indexes cost the same: then any will do that the array's rows are looked up in. */
    s.test('what changes rows of many sets at once finds them by their key, and in no table it has not seen by reading it', async () => {
      const changes = readLog(log).filter(({ sql }) => /^(UPDATE|DELETE)[\s\S]* unnest\(\$1::/.test(sql));
      assert.ok(changes.length >= 8, `${changes.length} statements on many rows`);
      for (const [verb, wanted] of [['ANALYZE', /^Index Scan .*account_id = ANY .*AND \(id = r\.id\)/], ['TRUNCATE', /^Index Scan .*account_id = ANY /]]) {
        const wrong = (await explain(s.server.database, changes, verb))
          .filter(({ lines, scans }) => scans.length > 0 || !lines.some((line) => wanted.test(line)))
          .map(({ sql, lines }) => `${lines.join('; ')}\n      ${sql}`);
        assert.equal(wrong.length, 0, `${wrong.length} do not after ${verb}:\n    ${wrong.join('\n    ')}`);
      }
    });
  }

  /* The plans of SQLite name each index and the columns it is asked for; the indexes of PostgreSQL are the same. */
  if (process.env.STRIPE_LITE_TEST_DATABASE === 'postgres') return;

  s.test('what is no page of a list does not walk through an account', () => {
    const paged = new Set(pages());
    const wrong = plans.filter((plan) => !paged.has(plan) && !WALKS.some((one) => one.sql.test(plan.sql)))
      .filter(({ lines }) => lines.some((line) => /\(account_id=\?\)$/.test(line)))
      .map(({ sql, lines }) => `${lines.join('; ')}\n      ${sql}`);
    assert.equal(wrong.length, 0, `${wrong.length} statements walk:\n    ${wrong.join('\n    ')}`);
  });

  s.test('a list by one filter goes by an index that begins with it', () => {
    const wrong = [];
    let filters = 0;
    for (const { sql, lines } of pages()) {
      const [, table, column] = sql.match(/FROM (\w+) WHERE account_id = \$1 AND \((?:\([^()]*\) AND )?(\w+) = \$2 \) ORDER BY/) || [];
      if (!column || column === 'created') continue;
      filters += 1;
      const found = lines.some((line) => (SHORT[table] ? line.includes(`INDEX ${SHORT[table]} (`) : line.includes(`(account_id=? AND ${column}=?`)));
      if (!found) wrong.push(`${table}.${column}: ${lines.join('; ')}`);
    }
    assert.ok(filters >= 8, `${filters} filters`);
    assert.deepEqual(wrong, []);
  });
});
