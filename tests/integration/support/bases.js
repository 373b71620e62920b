/*
 * bases.js: for every route that takes a body, one that is right, and the objects that the paths name.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const { until } = require('./poll');

const CARD = { number: '4242424242424242', exp_month: 12, exp_year: 2035, cvc: '123' };

/* Objects in the states that the routes want them in. */
async function makeObjects(stripe, random) {
  const customer = await stripe.customers.create({ name: 'Base', email: `base_${random}@example.com`, payment_method: 'pm_card_visa', metadata: { a: '1' } });
  const intent = (more) => stripe.paymentIntents.create({ amount: 2000, currency: 'usd', ...more });
  const charge = (more) => stripe.charges.create({ amount: 5000000, currency: 'usd', source: 'tok_visa', ...more });
  const setup = (more) => stripe.setupIntents.create({ customer: customer.id, ...more });
  const paid = await charge();
  const [method, token, asked, held, set, heldCharge, refund, entry] = await Promise.all([
    stripe.paymentMethods.create({ type: 'card', card: { token: 'tok_visa' } }),
    stripe.tokens.create({ card: { ...CARD, exp_month: '12', exp_year: '2035' } }),
    intent(),
    intent({ capture_method: 'manual', confirm: true, payment_method: 'pm_card_visa', automatic_payment_methods: { enabled: true, allow_redirects: 'never' } }),
    setup(),
    charge({ capture: false }),
    stripe.refunds.create({ charge: paid.id, amount: 100 }),
    stripe.customers.createBalanceTransaction(customer.id, { amount: -500, currency: 'usd' }),
  ]);
  const { id: disputed } = await charge({ source: 'tok_createDispute' });
  const dispute = await until('the dispute', async () => (await stripe.disputes.list({ charge: disputed })).data[0]);
  const { data: [movement] } = await stripe.balanceTransactions.list({ limit: 1 });
  const { data: [event] } = await stripe.events.list({ limit: 1 });
  const { data: [attached] } = await stripe.customers.listPaymentMethods(customer.id);
  return {
    customer: customer.id, paid: paid.id, method: method.id, attached: attached.id, token: token.id, asked: asked.id, held: held.id,
    set: set.id, heldCharge: heldCharge.id, refund: refund.id, entry: entry.id, dispute: dispute.id, movement: movement.id, event: event.id,
  };
}

/* Which object stands for {id} of a path. */
function pathIds(o) {
  return {
    '/customers/{id}': o.customer, '/payments/{charge_id}': o.paid, '/payments/{id}': o.paid,
    '/v1/balance_transactions/{id}': o.movement, '/v1/charges/{id}/capture': o.heldCharge, '/v1/charges/{id}': o.paid,
    '/v1/customers/{customer}/balance_transactions/{id}': o.entry, '/v1/customers/{customer}/payment_methods/{id}': o.attached, '/v1/customers/{id}': o.customer,
    '/v1/disputes/{id}': o.dispute, '/v1/events/{id}': o.event, '/v1/payment_intents/{id}/capture': o.held, '/v1/payment_intents/{id}': o.asked,
    '/v1/payment_methods/{id}': o.method, '/v1/refunds/{id}': o.refund, '/v1/setup_intents/{id}': o.set, '/v1/tokens/{id}': o.token,
  };
}

function fillPath(path, o) {
  const ids = pathIds(o);
  const key = Object.keys(ids).filter((one) => path.startsWith(one)).sort((a, b) => b.length - a.length)[0];
  const id = (key && ids[key]) || 'none_000000000000000000000000';
  return path.replace('{customer}', o.customer).replaceAll(/\{[^}]*\}/g, id);
}

/* A right body for each route; one that is not named needs none. */
function bodies(o) {
  const lite = { name: 'Given', email: 'given@example.com', payment_info: 'pm_card_visa' };
  const pay = { customer_id: o.customer, amount: 12.5, payment_method: 'pm_card_visa', currency: 'usd' };
  return {
    '/customers': lite, '/customers/': lite, '/customers/create': lite, '/payments/create': pay, '/payments/create_charge': pay,
    '/payments/refund_charge': { charge_id: o.paid, amount: 0.01 }, '/payments/{charge_id}/refund': { amount: 0.01 },
    '/v1/charges': { amount: 100, currency: 'usd', source: 'tok_visa' },
    '/v1/customers/{id}/balance_transactions': { amount: -1, currency: 'usd' },
    '/v1/disputes/{id}': { submit: false },
    '/v1/payment_intents': { amount: 100, currency: 'usd', automatic_payment_methods: { enabled: true, allow_redirects: 'never' } },
    '/v1/payment_methods': { type: 'card', card: CARD },
    '/v1/payment_methods/{id}/attach': { customer: o.customer },
    '/v1/refunds': { charge: o.paid, amount: 1 },
    '/v1/setup_intents': { customer: o.customer },
    '/v1/tokens': { card: CARD },
    '/v1/webhook_endpoints': { url: 'https://example.com/hook', enabled_events: ['charge.dispute.closed'] },
  };
}

const held = { amount: 2000, currency: 'usd', capture_method: 'manual', confirm: true, payment_method: 'pm_card_visa', automatic_payment_methods: { enabled: true, allow_redirects: 'never' } };

/* Routes that leave their object in another state, and how to make the next one. */
const FRESH = {
  '/v1/payment_intents/{id}/confirm': (stripe) => stripe.paymentIntents.create({ amount: 2000, currency: 'usd' }),
  '/v1/payment_intents/{id}/cancel': (stripe) => stripe.paymentIntents.create({ amount: 2000, currency: 'usd' }),
  '/v1/payment_intents/{id}/capture': (stripe) => stripe.paymentIntents.create(held),
  '/v1/charges/{id}/capture': (stripe) => stripe.charges.create({ amount: 2000, currency: 'usd', source: 'tok_visa', capture: false }),
  '/v1/setup_intents/{id}/confirm': (stripe) => stripe.setupIntents.create(),
  '/v1/setup_intents/{id}/cancel': (stripe) => stripe.setupIntents.create(),
  '/v1/payment_methods/{id}/attach': (stripe) => stripe.paymentMethods.create({ type: 'card', card: { token: 'tok_visa' } }),
};

/* The objects with the one that this route would use up made anew. */
async function freshPath(path, o, stripe) {
  if (!FRESH[path]) return fillPath(path, o);
  return path.replace('{id}', (await FRESH[path](stripe)).id);
}

module.exports = { makeObjects, fillPath, freshPath, bodies };
