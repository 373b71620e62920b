/*
 * frozen.test.js: the example plugins and the template's module as they were built against the headers of release 1.0, in today's
 * server: they load, pass the check and work; and what cannot be loaded is refused in a sentence with both values.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { test } = require('node:test');
const { PlayedAcme } = require('../../sdk/examples/gateway_acme/acme');
const { answered } = require('../integration/support/expect');
const { until } = require('../integration/support/poll');
const { build, bundledPlugins, cleanEnvironment, mustRun, program, repository, run } = require('../integration/support/program');
const { suite } = require('../integration/support/suite');

const frozen = (name) => path.join(build, `tests/abi/frozen_1_0_${name}.so`);
/* A module with a table: its migrations lie beside it, as where it is installed. */
const beside = fs.mkdtempSync(path.join(os.tmpdir(), 'frozen_'));
process.on('exit', () => fs.rmSync(beside, { recursive: true, force: true }));
fs.copyFileSync(frozen('sample'), path.join(beside, 'sample.so'));
fs.cpSync(path.join(repository, 'sdk/template/module/sample_migrations'), path.join(beside, 'sample_migrations'), { recursive: true });

const upstream = new PlayedAcme({ webhookSecret: 'signing-word-of-acme' });

const options = { before: async () => {
  const base = await upstream.listen();
  options.config = `plugins:\n${bundledPlugins().filter((name) => name !== 'gateway_stripe').map((name) => `  - name: ${name}\n`).join('')}
  - name: hello
    required: true
    path: ${frozen('hello')}
  - name: sample
    required: true
    path: ${path.join(beside, 'sample.so')}
    settings: {welcome: Say hello}
  - name: gateway_acme
    required: true
    path: ${frozen('gateway_acme')}
    settings: {api_base: '${base}', secret_key: key-of-acme, webhook_secret: signing-word-of-acme}
`;
} };

suite('plugins of 1.0', options, (s) => {
  const card = (number) => ({ type: 'card', card: { number, exp_month: 12, exp_year: 2040, cvc: '123' } });
  const pay = (number, more) => s.stripe.paymentIntents.create({
    amount: 1999, currency: 'usd', confirm: true, payment_method_data: card(number), return_url: 'https://example.com', ...more,
  });

  s.test('pass the check', async () => {
    for (const name of ['hello', 'gateway_acme', 'sample']) {
      const { code, stdout, stderr } = await run(program, ['plugin', 'check', frozen(name)], { env: cleanEnvironment() });
      assert.equal(code, 0, stdout + stderr);
    }
  });

  s.test('a route answers, an event is heard', async () => {
    assert.deepEqual(answered(await s.get('/hello?name=Ada', { key: null }), 200), { message: 'Hello, Ada' });
    const customer = await s.stripe.customers.create({ name: 'Ada' });
    await until('the handler has told of the customer', () =>
      s.server.log.split('\n').some((line) => line.includes('"hello"') && line.includes(customer.id)));
  });

  s.test('a module keeps rows, lists them, and hears of customers', async () => {
    const { customer } = answered(await s.post('/customers', { name: 'Ada', email: 'ada@example.com' }), 200);
    const notes = async () => answered(await s.get(`/api/v1/sample/notes?customer_id=${customer.id}`), 200).notes;
    await until('the first note is there', async () => (await notes()).length === 1);
    assert.equal((await notes())[0].text, 'Say hello');
    const note = answered(await s.post('/api/v1/sample/notes', { customer_id: customer.id, text: 'Pays by transfer' }), 200);
    assert.deepEqual(answered(await s.get(`/api/v1/sample/notes/${note.id}`), 200), note);
    answered(await s.post('/api/v1/sample/notes', { customer_id: 'cus_nobody', text: 'x' }), 400);
  });

  s.test('a gateway takes a payment, and gives it back in parts', async () => {
    const intent = await pay('4242424242424242');
    assert.equal(intent.status, 'succeeded');
    const charge = await s.stripe.charges.retrieve(intent.latest_charge);
    assert.equal(charge.payment_method_details.card.last4, '4242');
    for (const amount of [999, 1000]) assert.equal((await s.stripe.refunds.create({ payment_intent: intent.id, amount })).status, 'succeeded');
    await assert.rejects(s.stripe.refunds.create({ payment_intent: intent.id, amount: 1 }), { type: 'StripeInvalidRequestError' });
    assert.deepEqual(upstream.operations.map(({ kind, amount }) => [kind, amount]), [['charge', 1999], ['refund', 999], ['refund', 1000]]);
  });

  s.test('holds money, captures a part of it, lets it go', async () => {
    const held = await pay('4242424242424242', { capture_method: 'manual' });
    assert.equal(held.status, 'requires_capture');
    assert.equal((await s.stripe.paymentIntents.capture(held.id, { amount_to_capture: 500 })).amount_received, 500);
    const other = await pay('4242424242424242', { capture_method: 'manual' });
    assert.equal((await s.stripe.paymentIntents.cancel(other.id)).status, 'canceled');
  });

  s.test('declines, in Stripe\'s words', async () => {
    await assert.rejects(pay('4000000000009995'), { type: 'StripeCardError', code: 'card_declined', decline_code: 'insufficient_funds' });
  });

  s.test('takes its webhooks, and no others', async () => {
    const { operations: [{ id, reference }] } = upstream;
    upstream.webhookUrl = new URL('/webhooks/acme', s.server.url).href;
    let status = 0;
    const { fetch: real } = global;
    global.fetch = async (...words) => { const answer = await real(...words); status = answer.status; return answer; };
    try {
      upstream.tell({ id, reference });
      await until('the webhook is answered', () => status !== 0);
    } finally {
      global.fetch = real;
    }
    assert.equal(status, 200);
    assert.equal((await s.request('POST', '/webhooks/acme', { key: null, body: '{"id":"evt_x","type":"charge.done"}', headers: { 'Acme-Signature': 't=1,v1=00' } })).status, 400);
  });

  s.test('Acme ends', () => upstream.close());
});

/* ---- refusals ---- */

const refusal = (name) => path.join(build, `tests/plugins/test_plugin_${name}.so`);
const SENTENCES = {
  wrong_major: /is built for ABI 2\.0 and this server has 1\.0: the first numbers must be equal/,
  newer_minor: /is built for ABI 1\.3 and this server has 1\.0: the server is older than the plugin/,
  unresolved: /undefined symbol: sl_function_of_the_future; this server has ABI 1\.0/,
  short_struct: /says it has 40 bytes, and the smallest has \d+/,
  no_entry: /does not export sl_plugin_descriptor_v1/,
};

for (const [name, sentence] of Object.entries(SENTENCES)) {
  test(`${name} is refused in a sentence`, async () => {
    const { code, stdout, stderr } = await run(program, ['plugin', 'check', refusal(name)], { env: cleanEnvironment() });
    assert.equal(code, 1, stdout);
    assert.match(stderr, sentence);
  });
}

/* Linked to a later libstripe_lite.so.1, which has a node that ours lacks. */
test('a plugin that was linked to a later minor release is refused with both', async (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'later_'));
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }));
  const write = (name, text) => fs.writeFileSync(path.join(folder, name), text);
  write('later.c', 'int sl_of_later(void) { return 1; }\n');
  write('later.map', 'STRIPE_LITE_1.1 { global: sl_of_later; local: *; };\n');
  write('plugin.c', 'int sl_of_later(void);\nconst void *sl_plugin_descriptor_v1(void) { return sl_of_later() ? 0 : "x"; }\n');
  const cc = (...words) => mustRun('cc', ['-shared', '-fPIC', ...words], { cwd: folder });
  await cc('-Wl,-soname,libstripe_lite.so.1', '-Wl,--version-script=later.map', '-o', 'libstripe_lite.so', 'later.c');
  await cc('-o', 'plugin.so', 'plugin.c', '-L.', '-lstripe_lite');
  const { code, stderr } = await run(program, ['plugin', 'check', path.join(folder, 'plugin.so')], { env: cleanEnvironment() });
  assert.equal(code, 1);
  assert.match(stderr, /STRIPE_LITE_1\.1.*; this server has ABI 1\.0/);
});
