/*
 * spec.test.js: the check of /v1 answers is itself neither lax nor strict.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const { execFileSync, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { Spec } = require('../integration/support/spec');

const spec = Spec.load();
const fixtures = spec && JSON.parse(fs.readFileSync(path.join(path.dirname(Spec.file()), 'fixtures3.json'), 'utf8')).resources;
const skip = spec ? false : `no OpenAPI document at ${Spec.file()}: no answer of /v1 is held against it (STRIPE_LITE_OPENAPI)`;

/* The faults of GET /v1/customers/cus_1 answered with a sound customer after `change`. */
function faultsAfter(change) {
  const customer = structuredClone(fixtures.customer);
  change(customer);
  return spec.faults('GET', '/v1/customers/cus_1', 200, customer);
}

test('as many published examples satisfy the document as are known to', { skip }, () => {
  execFileSync(process.execPath, [path.join(__dirname, 'check_fixtures.js'), '--expect', '138']);
});

test('a sound answer has no fault', { skip }, () => {
  assert.deepEqual(faultsAfter(() => {}), []);
  assert.deepEqual(spec.faults('DELETE', '/v1/customers/cus_1', 200, { id: 'cus_1', object: 'customer', deleted: true }), []);
  assert.deepEqual(spec.faults('GET', '/v1/customers/cus_1', 404, { error: { type: 'invalid_request_error', message: 'No' } }), []);
});

const FAULTS = {
  'a member that is missing': [(c) => delete c.created, /body\.created is missing/],
  'a member that is not declared': [(c) => { c.colour = 'red'; }, /body\.colour is not declared/],
  'a member of a member that is not declared': [(c) => { c.invoice_settings.colour = 1; }, /invoice_settings\.colour is not declared/],
  'a text for an integer': [(c) => { c.created = '1'; }, /body\.created is "1"/],
  'a fraction for an integer': [(c) => { c.balance = 1.5; }, /body\.balance is 1\.5/],
  'null where it may not be': [(c) => { c.livemode = null; }, /body\.livemode is null/],
  'a value outside the list': [(c) => { c.tax_exempt = 'maybe'; }, /tax_exempt is "maybe", wanted one of/],
  'metadata that is no text': [(c) => { c.metadata = { a: 1 }; }, /metadata\.a is 1/],
  'another object': [(c) => { c.object = 'charge'; }, /body\.object is "charge"/],
};
for (const [name, [change, told]] of Object.entries(FAULTS)) {
  test(`${name} is a fault`, { skip }, () => {
    const faults = faultsAfter(change);
    assert.equal(faults.length, 1, faults.join('\n'));
    assert.match(faults[0], told);
  });
}

test('an expanded member is checked as the object it is', { skip }, () => {
  const intent = { ...fixtures.payment_intent, allowed_payment_method_types: null, payment_record: null, transfer_data: null };
  const look = (customer) => spec.faults('GET', '/v1/payment_intents/pi_1', 200, { ...intent, customer });
  assert.deepEqual(look('cus_1'), []);
  assert.deepEqual(look(fixtures.customer), []);
  assert.match(look({ ...fixtures.customer, colour: 'red' })[0], /customer\.colour is not declared/);
});

test('an operation, a status and an error the document does not know are faults', { skip }, () => {
  assert.match(spec.faults('GET', '/v1/seashells', 200, {})[0], /no such operation/);
  assert.match(spec.faults('POST', '/v1/customers', 201, fixtures.customer)[0], /status 201/);
  assert.match(spec.faults('GET', '/v1/customers', 400, { detail: 'No' })[0], /body\.error is missing/);
  assert.match(spec.faults('GET', '/v1/customers', 400, { error: { type: 'sad_error' } })[0], /error\.type is "sad_error"/);
});

test('search is not taken for an id', { skip }, () => {
  assert.equal(spec.operation('GET', '/v1/customers/search').template, '/v1/customers/search');
  assert.equal(spec.operation('GET', '/v1/customers/cus_1').template, '/v1/customers/{id}');
});

test('without the document only CI, or a path that leads nowhere, is a failure', () => {
  const load = (environment) => {
    const { STRIPE_LITE_OPENAPI: _path, CI: _ci, ...others } = process.env;
    const script = `const { Spec } = require(${JSON.stringify(require.resolve('../integration/support/spec'))});`
      + "Spec.load(process.env.STRIPE_LITE_OPENAPI || '/nowhere/spec3.json');";
    return spawnSync(process.execPath, ['-e', script], { env: { ...others, ...environment }, encoding: 'utf8' });
  };
  assert.equal(load({}).status, 0);
  for (const environment of [{ CI: 'true' }, { STRIPE_LITE_OPENAPI: '/nowhere/else.json' }]) {
    const { status, stderr } = load(environment);
    assert.notEqual(status, 0);
    assert.match(stderr, /The OpenAPI document of \/v1 is not at \/nowhere/);
  }
});
