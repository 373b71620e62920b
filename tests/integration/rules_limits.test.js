/*
 * rules_limits.test.js: how much is too much, and what is said then.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const { answered, invalid, refused } = require('./support/expect');
const { suite } = require('./support/suite');

suite('limits', {}, (s) => {
  const form = (body, headers = {}) => s.request('POST', '/v1/customers', {
    body, headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
  });

  s.test('a form of more than 1 MiB is 413', async () => {
    refused(await form(`description=${'x'.repeat(1024 * 1024)}`), 413);
  });

  s.test('headers of more than 32 KiB are 431', async () => {
    assert.equal((await s.get('/v1/customers', { headers: { 'x-filler': 'x'.repeat(33 * 1024) } })).status, 431);
    assert.equal((await s.get('/v1/customers', { headers: { 'x-filler': 'x'.repeat(16 * 1024) } })).status, 200);
  });

  s.test('a URL of more than 8 KiB is 414', async () => {
    assert.equal((await s.get(`/v1/customers?email=${'x'.repeat(8 * 1024)}`)).status, 414);
  });

  s.test('a form nested deeper than 32 is 400', async () => {
    refused(await form(`metadata${'[a]'.repeat(33)}=1`), 400);
    refused(await form(`metadata${'[a]'.repeat(5000)}=1`), 400);
  });

  s.test('1,001 parameters are 400', async () => {
    refused(await form(Array.from({ length: 1001 }, (_, i) => `metadata[k${i}]=v`).join('&')), 400);
    const query = Array.from({ length: 1001 }, () => 'a=1').join('&');
    assert.ok([400, 414].includes((await s.get(`/v1/customers?${query}`)).status));
  });

  s.test('an unknown parameter is parameter_unknown on /v1, with its name, and 422 elsewhere', async () => {
    refused(await s.post('/v1/customers', { colour: 'red' }), 400, { code: 'parameter_unknown', param: 'colour', type: 'invalid_request_error' });
    refused(await s.post('/v1/customers', { address: { planet: 'Mars' } }), 400, { code: 'parameter_unknown', param: 'address[planet]' });
    refused(await s.get('/v1/customers', { query: { colour: 'red' } }), 400, { code: 'parameter_unknown', param: 'colour' });
    invalid(await s.post('/customers', { name: 'A', email: 'a@example.com', colour: 'red' }), ['body.colour']);
  });

  s.test('malformed percent signs and invalid UTF-8 in a form are 400', async () => {
    for (const body of ['name=%zz', 'name=%4', 'name=%ff%fe', 'name=%c0%af', 'name=%ed%a0%80']) {
      refused(await form(body), 400);
    }
  });

  s.test('NUL in a form is refused', async () => {
    assert.ok([400, 422].includes((await form('name=a%00b')).status));
  });

  s.test('plus and percent are read in a form', async () => {
    assert.equal(answered(await form('name=Ada+Byron%2BLovelace%20%E2%82%AC'), 200).name, 'Ada Byron+Lovelace €');
  });

  s.test('/v1 reads JSON bodies too', async () => {
    const made = answered(await s.request('POST', '/v1/customers', { json: { name: 'JSON', metadata: { a: '1' } } }), 200);
    assert.equal(made.name, 'JSON');
    assert.deepEqual(made.metadata, { a: '1' });
  });

  s.test('no body, an empty body and no content type are no error where nothing is required', async () => {
    answered(await s.request('POST', '/v1/customers'), 200);
    answered(await s.request('POST', '/v1/customers', { body: '' }), 200);
    answered(await s.request('POST', '/v1/customers', { body: '', headers: { 'content-type': 'application/json' } }), 200);
  });

  s.test('another media type is 415', async () => {
    refused(await s.request('POST', '/v1/customers', { body: '<a/>', headers: { 'content-type': 'application/xml' } }), 415);
  });

  for (const limit of ['0', '101', 'x', '-5', '10.5', '99999999999999999999']) {
    s.test(`limit=${limit} is refused on /v1`, async () => {
      refused(await s.get('/v1/customers', { query: { limit } }), 400, { param: 'limit' });
    });
  }

  s.test('starting_after of nothing is refused, and both cursors at once', async () => {
    refused(await s.get('/v1/customers', { query: { starting_after: 'cus_nobody' } }), 400, { param: 'starting_after' });
    const one = answered(await s.post('/v1/customers', { name: 'Cursor' }), 200).id;
    refused(await s.get('/v1/customers', { query: { starting_after: one, ending_before: one } }), 400);
  });

  s.test('more than four levels of expansion are refused', async () => {
    refused(await s.get('/v1/charges', { query: { expand: ['data.customer.a.b.c'] } }), 400);
  });
});

suite('the rate limit', { env: { STRIPE_LITE_RATE_LIMIT: '5:10' } }, (s) => {
  s.test('past the burst: 429 with Retry-After, for that key alone', async () => {
    const other = await s.server.makeKey({ role: 'viewer' });
    const answers = await Promise.all(Array.from({ length: 40 }, () => s.get('/v1/customers')));
    const limited = answers.filter(({ status }) => status === 429);
    const passed = answers.filter(({ status }) => status === 200);
    assert.equal(limited.length + passed.length, 40);
    assert.ok(passed.length >= 10, `${passed.length} passed`);
    assert.ok(limited.length >= 15, `${limited.length} limited`);
    limited.forEach(({ headers, json }) => {
      assert.match(headers['retry-after'], /^[1-9]\d*$/);
      assert.equal(json.error.code, 'rate_limit');
    });
    answered(await s.get('/v1/customers', { key: other }), 200);
    answered(await s.get('/live', { key: null }), 200);
  });
});
