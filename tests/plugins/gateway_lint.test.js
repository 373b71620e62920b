/*
 * gateway_lint.test.js: each fault in an adapter's tables is told in a sentence before anything is played by them; with a fault that
 * would spoil the playing nothing is played.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { describe, test } = require('node:test');
const { build, cleanEnvironment, program, run } = require('../integration/support/program');

const misshapen = path.join(build, 'tests/plugins/test_plugin_misshapen.so');
const IN_FRONT = 'gateway "acme"';
const APPROVED = `${IN_FRONT}: the example authorize (approved)`;

/* Each fault of tests/plugins/gateways/misshapen.c: the sentences, in their order, and whether the gateway is played all the same. */
const FAULTS = {
  no_capture: [true, `${IN_FRONT} promises SL_GATEWAY_CAN_PARTIAL_CAPTURE and has no capture`],
  no_refund: [true, `${IN_FRONT} promises SL_GATEWAY_CAN_REFUND_IN_PARTS and has no refund`],
  no_cancel: [true, `${IN_FRONT} has capture and no cancel: what is held cannot be let go`],
  no_authorize: [true, `${IN_FRONT} cannot authorize: no payment goes through it`, `${IN_FRONT} has capture and no authorize: nothing is ever held`,
    `${IN_FRONT} has cancel and no authorize: nothing is ever held`, `${IN_FRONT} has refund and no authorize: nothing is ever paid`,
    `${IN_FRONT} has retrieve and no authorize: there is no attempt to ask for`],
  no_parse: [true, `${IN_FRONT} has verify_webhook and no parse_webhook: what it verified is never read`],
  no_verify: [false, `${IN_FRONT} parses webhooks and does not verify them`],
  flags: [true, `${IN_FRONT} has the unknown flags 0x100000`],
  small_operations: [false, `${IN_FRONT} has operations of 24 bytes, and the smallest table has 96`],
  no_name: [false, 'the table of gateways is empty: its first line has no name'],
  wrong_name: [false, 'the gateway\'s name "Acme Pay" is not small letters, digits and _, beginning with a letter, at most 63'],
  twice: [false, 'there are two gateways "acme"'],
  gateways_unended: [false, 'the table of gateways has no SL_GATEWAYS_END behind its line 1, or that has something in reserved members'],
  currencies: [false, `${IN_FRONT} takes the unknown currency "EUR"`],
  methods: [false, `${IN_FRONT} takes no method; NULL is all that it may`],
  small_description: [false, `${IN_FRONT} has a description of 8 bytes, and the smallest has 56`],
  no_examples: [false, `${IN_FRONT}: the description has no examples`],
  option_unknown: [false, `${IN_FRONT}: the table of options gives "secret_word", which is no option of the plugin`],
  option_without_value: [false, `${IN_FRONT}: the table of options has no value for "secret_key"`],
  options_unended: [false, `${IN_FRONT}: the table of options has no line with a NULL name at its end: it runs into the next table`],
  webhook_without_id: [false, `${IN_FRONT}: the webhook (a charge is done) does not say which id its event must have`],
  webhook_signature: [false, `${IN_FRONT}: the webhook (a charge is done) has its signature in "Other-Signature", which is no header of it`],
  header_without_value: [false, `${IN_FRONT}: the webhook (a charge is done) has no value for "Content-Type"`],
  webhooks_unended: [false, `${IN_FRONT}: the table of webhooks has no SL_WEBHOOK_EXAMPLES_END behind its line 1, or that has something in reserved members`],
  example_of_nothing: [false, `${IN_FRONT}: the example settle (approved) is of no operation: authorize, capture, void, refund, retrieve, tokenize`],
  example_without_kind: [false, `${APPROVED} must become 0, which is no outcome of it`],
  example_of_the_host: [false, `${APPROVED} must become 7, which is no outcome of it`],
  example_never_happened: [false, `${APPROVED} must become 8, which is no outcome of it`],
  example_held: [false, `${IN_FRONT}: the example capture (captured) is held, which only authorize can be`],
  example_of_other: [false, `${APPROVED} is of "refund", which nothing can be retrieved of`],
  example_currency: [false, `${APPROVED} has the unknown currency "dollars"`],
  examples_unended: [false, `${IN_FRONT}: the table of examples has no SL_EXAMPLES_END behind its line 13, or that has something in reserved members`],
  exchanges_unended: [false, `${APPROVED} has no SL_EXCHANGES_END: it runs into the next table`],
  exchange_status: [false, `${APPROVED} answers with status 7, which is none; or it has no SL_EXCHANGES_END behind its line 0`],
  exchange_request: [false, `${APPROVED} answers "SEND charges", which is not "METHOD /path"`],
  exchange_flags: [false, `${APPROVED} has an answer with the unknown flags 0x8`],
  exchange_headers: [false, `${APPROVED} has headers whose last line does not end in \\r\\n`],
};

async function check(fault) {
  const { code, stdout, stderr } = await run(program, ['plugin', 'check', '--json', misshapen], { env: cleanEnvironment({ STRIPE_LITE_BROKEN: fault }), seconds: 60 });
  assert.ok(stdout.startsWith('{'), stdout + stderr);
  return { code, told: JSON.parse(stdout) };
}

describe('an adapter with a fault in its tables', { concurrency: 4 }, () => {
  test('without any it is fine', async () => {
    const { code, told } = await check('none');
    assert.equal(code, 0);
    assert.deepEqual(told.findings, []);
  });

  for (const [fault, [played, ...sentences]] of Object.entries(FAULTS)) {
    test(fault, async () => {
      const { code, told } = await check(fault);
      assert.deepEqual(told.findings.map(({ sentence }) => sentence), sentences);
      assert.ok(told.findings.some((one) => one.fault));
      assert.deepEqual({ code, fine: told.fine, played: told.checks.length > 0 }, { code: 1, fine: false, played });
    });
  }

  test('a fault that is not listed here is not in the adapter', () => {
    const source = fs.readFileSync(path.join(__dirname, 'gateways/misshapen.c'), 'utf8');
    const named = new Set([...source.matchAll(/fault\("(\w+)"\)/g)].map(([, name]) => name));
    assert.deepEqual([...named].sort(), Object.keys(FAULTS).sort());
  });
});
