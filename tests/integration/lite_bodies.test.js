/*
 * lite_bodies.test.js: what a JSON body may be, and how each other one is refused.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const { answered, invalid } = require('./support/expect');
const { suite } = require('./support/suite');

suite('bodies', {}, (s) => {
  const send = (body, type = 'application/json') => s.request('POST', '/customers', {
    body, headers: type === null ? {} : { 'content-type': type },
  });

  const BROKEN = {
    'a missing brace': ['{"name": "A"', 1],
    'a trailing comma on the second line': ['{"name": "A",\n}', 2],
    'single quotes': ["{'name': 'A'}", 1],
    'a duplicate member on the third line': ['{"name": "A",\n"email": "a@example.com",\n"name": "B"}', 3],
    'a duplicate nested member': ['{"metadata": {"a": "1", "a": "2"}}', 1],
    'two values': ['{} {}', 1],
    'a comment': ['{"name": /* me */ "A"}', 1],
    'a bare word': ['hello', 1],
    'NaN': ['{"name": NaN}', 1],
    'a leading zero': ['{"name": 01}', 1],
    'a control character in a string': ['{"name": "a\u0001b"}', 1],
    'a lone high surrogate': ['{"name": "\\ud800"}', 1],
    'a lone low surrogate': ['{"name": "\\udc00x"}', 1],
    'an array': ['[]', 1],
    'a string': ['"text"', 1],
    'null': ['null', 1],
  };
  for (const [name, [text, line]] of Object.entries(BROKEN)) {
    s.test(`${name} is json_invalid with line and column`, async () => {
      const body = answered(await send(text), 400);
      assert.equal(body.error.code, 'json_invalid');
      assert.match(body.detail, new RegExp(`line ${line}\\b.*column \\d+`));
    });
  }

  s.test('invalid UTF-8 is json_invalid', async () => {
    for (const bytes of [[0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xe2, 0x82]]) {
      const body = Buffer.concat([Buffer.from('{"name": "'), Buffer.from(bytes), Buffer.from('"}')]);
      assert.equal(answered(await send(body), 400).error.code, 'json_invalid', bytes.join(' '));
    }
  });

  s.test('NUL in a text is 422', async () => {
    invalid(await send('{"name": "a\\u0000b", "email": "a@example.com"}'), ['body.name']);
  });

  s.test('nesting of 32 is read, of 33 refused', async () => {
    const nested = (depth) => `{"name": "A", "email": "a@example.com", "metadata": ${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`;
    invalid(await send(nested(32)), ['body.metadata']);
    answered(await send(nested(33)), 400);
    answered(await send(`{"a":${'['.repeat(100000)}`), 400);
  });

  for (const type of ['text/plain', 'application/xml', 'multipart/form-data; boundary=x', 'application/jsonx', 'nonsense']) {
    s.test(`${type} is 415`, async () => {
      const body = answered(await send('{"name": "A", "email": "a@example.com"}', type), 415);
      assert.equal(typeof body.detail, 'string');
    });
  }

  for (const type of ['application/json', 'application/json; charset=utf-8', 'Application/JSON', 'application/json;charset="UTF-8"']) {
    s.test(`${type} is read`, async () => {
      answered(await send('{"name": "A", "email": "a@example.com"}', type), 200);
    });
  }

  s.test('escapes are read', async () => {
    const { customer } = answered(await send('{"name": "\\u0041\\ud83d\\ude42\\/\\"\\\\", "email": "a@example.com"}'), 200);
    assert.equal(customer.name, 'A🙂/"\\');
  });

  s.test('an empty body is a body without members', async () => {
    invalid(await send(''), ['body.name', 'body.email']);
    const { customer } = answered(await send('{"name": "A", "email": "a@example.com", "payment_info": "pm_card_visa"}'), 200);
    const { charge } = answered(await s.post('/payments/create_charge', { customer_id: customer.id, amount: 1, payment_method: 'default' }), 200);
    answered(await s.request('POST', `/payments/${charge.id}/refund`), 200);
  });

  s.test('a body of 1 MiB is read, one byte more is 413', async () => {
    const fill = (size) => '{"name": "A", "email": "a@example.com"}'.padEnd(size);
    answered(await send(fill(1024 * 1024)), 200);
    answered(await send(fill(1024 * 1024 + 1)), 413);
  });
});
