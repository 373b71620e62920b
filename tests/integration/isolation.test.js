/*
 * isolation.test.js: every declared route, called by whoever may not: another account, nobody, too weak a key.
 *
 * The cases are made from the route table, so a route added tomorrow is tested tomorrow. The owner's records carry a mark;
 * no answer to anyone else may show it, and when all is over the records are what they were.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const { answered } = require('./support/expect');
const jwt = require('./support/jwt');
const { suite } = require('./support/suite');

const MARK = 'mark-of-the-owner';

suite('isolation', {}, (s) => {
  let routes;
  let documents;
  let owned;
  let before;
  let stranger;

  /* One of each object of the owner, by the noun that names it in paths and parameters. */
  async function makeOwned() {
    const { stripe } = s;
    const customer = await stripe.customers.create({ name: MARK, email: `${MARK}@example.com`, metadata: { mark: MARK }, payment_method: 'pm_card_visa' });
    const [method] = (await stripe.customers.listPaymentMethods(customer.id)).data;
    const pay = (values) => stripe.paymentIntents.create({
      amount: 1000, currency: 'usd', customer: customer.id, payment_method: method.id, confirm: true, off_session: true,
      description: MARK, metadata: { mark: MARK }, ...values,
    });
    const held = await pay({ capture_method: 'manual' });
    const paid = await pay();
    const refund = await stripe.refunds.create({ payment_intent: paid.id, amount: 100, metadata: { mark: MARK } });
    const setup = await stripe.setupIntents.create({ customer: customer.id, metadata: { mark: MARK } });
    const credit = await stripe.customers.createBalanceTransaction(customer.id, { amount: -100, currency: 'usd', description: MARK });
    const charge = await stripe.charges.retrieve(paid.latest_charge);
    const order = answered(await s.post('/api/v1/orders', {
      customer_id: customer.id, currency: 'usd', lines: [{ description: MARK, unit_price: 10 }], metadata: { mark: MARK },
    }), 200);
    const ordered = await pay({ metadata: { mark: MARK, order_id: order.id } });
    const payment = answered(await s.post('/api/v1/payments/stripe/confirm', { payment_intent_id: ordered.id, order_id: order.id }), 200);
    return {
      customer: customer.id, payment_method: method.id, payment_intent: held.id, charge: charge.id, refund: refund.id,
      setup_intent: setup.id, customer_balance_transaction: credit.id, balance_transaction: charge.balance_transaction,
      order: order.id, payment: payment.id,
    };
  }

  const readOwned = async () => Promise.all([
    s.stripe.customers.retrieve(owned.customer), s.stripe.paymentMethods.retrieve(owned.payment_method),
    s.stripe.paymentIntents.retrieve(owned.payment_intent), s.stripe.charges.retrieve(owned.charge),
    s.stripe.refunds.retrieve(owned.refund), s.stripe.setupIntents.retrieve(owned.setup_intent),
    s.stripe.customers.retrieveBalanceTransaction(owned.customer, owned.customer_balance_transaction),
    s.get(`/api/v1/orders/${owned.order}`).then(({ json }) => json),
  ].map(async (one) => JSON.parse(JSON.stringify(await one))));

  /* The owner's id a path's variable or a parameter asks for: by its own name, else by the noun before it. */
  function idFor(name, noun, path) {
    const singular = (word) => word.replace(/_id$|Id$/, '').replace(/s$/, '');
    if (noun === 'payments') return owned.charge;
    if (noun === 'balance_transactions') return path.includes('/customers/') ? owned.customer_balance_transaction : owned.balance_transaction;
    return owned[singular(name)] || owned[singular(noun || '')] || owned.customer;
  }

  function filledPath({ path }) {
    const segments = path.split('/');
    return segments.map((segment, i) => segment.replace(/\{([^}]+)\}/g, (_, name) => encodeURIComponent(idFor(name, segments[i - 1], path)))).join('/');
  }

  /* The parameters of a route that take one of the owner's ids, filled with it. */
  function filledBody({ method, path }) {
    const operation = Object.entries(documents.paths).find(([one]) => one.replace(/\{[^}]*\}/g, '{}') === path.replace(/\{[^}]*\}/g, '{}'));
    const content = operation && operation[1][method.toLowerCase()]?.requestBody?.content;
    let schema = content && Object.values(content)[0].schema;
    while (schema && schema.$ref) schema = schema.$ref.slice(2).split('/').reduce((at, step) => at[step], documents);
    const names = Object.keys((schema && schema.properties) || {});
    const known = (name) => owned[name.replace(/^default_/, '').replace(/_id$/, '')];
    return Object.fromEntries(names.filter((name) => known(name)).map((name) => [name, known(name)]));
  }

  function call(route, key) {
    const path = filledPath(route);
    const options = { key, seconds: 2 };
    if (route.method !== 'GET' && route.method !== 'HEAD') options[path.startsWith('/v1/') ? 'form' : 'json'] = filledBody(route);
    return s.request(route.method, path, options);
  }

  /* Calls every chosen route and gathers what is wrong with the answers. */
  async function tryAll(key, choose, judge) {
    const wrong = [];
    let tried = 0;
    for (const route of routes.filter(choose)) {
      const answer = await call(route, key);
      tried += 1;
      const fault = answer.status >= 500 ? `is ${answer.status}` : judge(answer, route);
      if (fault) wrong.push(`${route.method} ${route.path} ${fault}: ${answer.text.slice(0, 150)}`);
    }
    assert.ok(tried > 0, 'no route was tried');
    assert.deepEqual(wrong, []);
  }

  const shows = ({ status, text }) => text.includes(MARK) || (status < 400 && Object.values(owned).some((id) => text.includes(id)));
  const guarded = ({ access }) => access !== 'open';

  s.test('the owner\'s records, the stranger\'s key, the route table', async () => {
    owned = await makeOwned();
    before = await readOwned();
    stranger = await s.server.makeKey({ account: 'acct_stranger', role: 'admin' });
    documents = answered(await s.get('/openapi.json'), 200);
    routes = await s.server.routes();
    assert.ok(routes.length > 40, `${routes.length} routes`);
    for (const route of routes) {
      assert.match(route.path, /^\//);
      assert.match(route.access, /^(secret|publishable|open|admin|app)$/, `${route.method} ${route.path}`);
    }
  });

  s.test('nobody: every guarded route is 401', async () => {
    await tryAll(null, guarded, ({ status }) => (status === 401 ? null : `is ${status}, wanted 401`));
  });

  s.test('another account: no route leads to the owner\'s records', async () => {
    await tryAll(stranger, guarded, (answer, { path }) => {
      if (shows(answer)) return 'shows the owner\'s record';
      if (path.includes('{') && answer.status < 300) return `is ${answer.status} for a foreign id`;
      return null;
    });
  });

  s.test('a publishable key: every secret route is 403', async () => {
    await tryAll(s.server.publishableKey, ({ access }) => !['open', 'publishable'].includes(access),
      ({ status }) => (status === 403 ? null : `is ${status}, wanted 403`));
  });

  s.test('a publishable key shows nothing of a customer without its client secret', async () => {
    await tryAll(s.server.publishableKey, ({ access }) => access === 'publishable', (answer) => (shows(answer) ? 'shows a record' : null));
  });

  s.test('a viewer changes nothing', async () => {
    const viewer = jwt.hs256(s.server.jwtSecret, jwt.claims('viewer'));
    await tryAll(viewer, ({ method, access }) => !['GET', 'HEAD'].includes(method) && ['secret', 'admin'].includes(access),
      ({ status }) => (status === 403 ? null : `is ${status}, wanted 403`));
  });

  for (const role of ['viewer', 'operator']) {
    s.test(`no route of the admin's is open to the role ${role}`, async () => {
      const key = jwt.hs256(s.server.jwtSecret, jwt.claims(role));
      await tryAll(key, ({ access }) => access === 'admin', ({ status }) => (status === 403 ? null : `is ${status}, wanted 403`));
    });
  }

  s.test('another customer of the same account sees nothing of this one', async () => {
    const neighbour = await s.stripe.customers.create({ name: 'Neighbour' });
    const key = jwt.hs256(s.server.jwtSecret, jwt.claims(`customer:${neighbour.id}`));
    await tryAll(key, guarded, (answer, { path }) => {
      if (shows(answer)) return 'shows another customer\'s record';
      if (path.includes('{') && answer.status < 300) return `is ${answer.status} for another's id`;
      return null;
    });
  });

  s.test('after all of that the records are what they were', async () => {
    assert.deepEqual(await readOwned(), before);
  });

  s.test('the stranger\'s own lists are empty', async () => {
    for (const path of ['/v1/customers', '/v1/payment_intents', '/v1/charges', '/v1/refunds', '/v1/balance_transactions', '/api/v1/orders']) {
      const { data, orders } = answered(await s.get(path, { key: stranger }), 200);
      (data || orders).forEach((one) => assert.ok(!JSON.stringify(one).includes(MARK), `${path} ${one.id}`));
    }
  });
});
