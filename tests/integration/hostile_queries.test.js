/*
 * hostile_queries.test.js: whatever a query string or a path says, every route that reads answers it or says what is wrong.
 *
 * Each route of the table gets each text below. The suite's observer fails the test at any 5xx; here refusals must carry a
 * sentence, and nothing that was asked may change what is stored or shown afterwards.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const { answered, refused } = require('./support/expect');
const { suite } = require('./support/suite');

const LONG = 'x'.repeat(6000);

const QUERIES = [
  'limit=abc', 'limit=-1', 'limit=1e3', 'limit=9223372036854775808', 'limit[]=1', 'limit[a]=1', 'limit=1&limit=2',
  'starting_after[]=x', 'starting_after=', 'starting_after=%00', 'starting_after=%ff', `starting_after=${LONG}`, 'ending_before=%27%22%5C%3B--',
  'created=9223372036854775807', 'created=-9223372036854775808', 'created=0x10', 'created[]=1', 'created=%7B%22gt%22%3A1%7D',
  'created[gt]=9223372036854775808', 'created[gt][]=1', 'created[gt]=2023-02-30', 'created[gt]=0001-01-01', 'created[gt]=9999-12-31T23:59:59Z',
  'created[gt]=10000-01-01', 'created=1&created=2', 'created[gt]=1&created[gt]=2', 'created[gt]=1&created=2', 'created[after]=1',
  'expand=', 'expand=customer', 'expand[]=', 'expand[a]=b', 'expand[][]=a', 'expand[]=data', 'expand[]=data.', 'expand[]=data..', 'expand[]=.data',
  `expand[]=${'data.'.repeat(4)}`, `expand[]=${LONG}`, 'expand[0]=data.customer&expand[1]=data.customer', Array(200).fill('expand[]=data.customer').join('&'),
  'customer=', 'customer[]=x', 'customer=%00', 'customer=%F0%9F%92%B3', 'email=%27', 'unknown=1', '%00=1', '=', '&&&', 'a[b[c]=1', 'a]=1', '[a]=1', 'a[][][]=1', '%zz',
];

const SEARCHES = [
  '', ' ', "email:'", "email:'x' AND", "email:'x' OR", "'x'", '-', '--', "-'", 'AND', LONG, `email:'${'\\'.repeat(4000)}'`, `email~'${'%'.repeat(4900)}'`,
  'created>9223372036854775807', 'created>9223372036854775808', 'created:1.5', 'created<=now', `amount:${'9'.repeat(400)}`, "amount>'1'", 'amount>null',
  "metadata['$[']:'x'", "metadata['$.a']:'x'", "metadata['0']:'x'", "metadata['\\u0000']:'x'", "metadata['\"']:'x'", 'metadata["a"]:null', 'metadata:x', "metadata['a'",
  "email~'%%%'", "email~'___'", "email~'\\\\\\\\\\\\'", "email:'x'; DROP TABLE customers", "account_id:'acct_1'", "name:'\u00fc\u{1f4b3}'", 'status:null OR status:null', 'currency:usd',
];

const IDS = ['%00', '%ff', "'", '%2F', '..', '%2e%2e', LONG, '%F0%9F%92%B3', '%20', ';', '"', '%5C', '{id}', '%'];

suite('hostile queries', {}, (s) => {
  let customer;
  let reads;

  /* A refusal says why, in words. */
  function judge(where, { status, json, text }) {
    if (status < 400) return;
    assert.equal(typeof (json && json.error && json.error.message), 'string', `${where} ${status}: ${text.slice(0, 200)}`);
    assert.ok(json.error.message.length > 8, `${where}: ${json.error.message}`);
  }

  s.test('a customer, and the routes that read', async () => {
    customer = await s.stripe.customers.create({ name: 'Still here', email: 'still@example.com', metadata: { a: '1' }, payment_method: 'pm_card_visa' });
    reads = (await s.server.routes()).filter(({ method }) => method === 'GET').map(({ path }) => path);
    assert.ok(reads.length > 30, `${reads.length} routes`);
  });

  s.test('query strings', async () => {
    for (const path of reads.filter((one) => !one.includes('{'))) {
      for (const query of QUERIES) judge(`${path}?${query.slice(0, 80)}`, await s.get(`${path}?${query}`, { seconds: 2 }));
    }
  });

  s.test('search texts', async () => {
    for (const path of reads.filter((one) => one.endsWith('/search'))) {
      for (const query of SEARCHES) judge(`${path} ${query.slice(0, 80)}`, await s.get(path, { query: { query } }));
    }
  });

  s.test('ids in paths', async () => {
    for (const path of reads.filter((one) => /^\/(v1\/|customers|payments).*\{/.test(one))) {
      for (const id of IDS) {
        const answer = await s.get(path.replaceAll(/\{[^}]*\}/g, id), { seconds: 2 });
        assert.ok(answer.status >= 400, `${path} with ${id.slice(0, 20)} is ${answer.status}`);
        judge(`${path} with ${id.slice(0, 20)}`, answer);
      }
    }
  });

  s.test('a search finds what it says and nothing by accident', async () => {
    const found = async (query) => answered(await s.get('/v1/customers/search', { query: { query } }), 200).data.map(({ id }) => id);
    for (const query of ['email:"STILL@example.com"', 'email~"still@"', 'metadata["a"]:"1"', 'name:"still here" email~"example"', '-email:null']) {
      assert.deepEqual(await found(query), [customer.id], query);
    }
    for (const query of ['email:"%"', 'email~"%%%"', 'email~"s_i"', 'metadata["$.a"]:"1"', 'email:null', '-metadata["a"]:"1"']) {
      assert.deepEqual(await found(query), [], query);
    }
    refused(await s.get('/v1/customers/search', { query: { query: 'email>"x"' } }), 400, { param: 'query', code: 'invalid_search_query' });
  });
});
