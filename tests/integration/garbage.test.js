/*
 * garbage.test.js: whatever stands where a value belongs, the answer is right or says what is wrong, and nothing is half done.
 *
 * Every operation of /openapi.json and every declared place of its query and body gets values of a table (support/hostile.js)
 * in an otherwise right request (support/bases.js). A seed decides which of them; it is told, and STRIPE_LITE_TEST_SEED repeats
 * it. With STRIPE_LITE_TEST_LONG=1 all are sent. The suite's observer fails the test at any 5xx and at an answer out of shape.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const crypto = require('node:crypto');
const { makeObjects, fillPath, freshPath, bodies } = require('./support/bases');
const { answered, refused } = require('./support/expect');
const { formBody, hostileValues, jsonBody, paramOf, placesOf, randomFrom, sampleOf, surelyRefused } = require('./support/hostile');
const { RawConnection } = require('./support/sockets');
const { suite } = require('./support/suite');

const SEED = Number(process.env.STRIPE_LITE_TEST_SEED ?? crypto.randomInt(2 ** 31));
const LONG = process.env.STRIPE_LITE_TEST_LONG === '1';
const DEADLINE = 20;
const AT_ONCE = 12;
const TYPES = { json: 'application/json', form: 'application/x-www-form-urlencoded' };

/* What the server writes by itself, whoever asks. */
const OWN_TABLES = ['jobs', 'job_schedules', 'idempotency_keys'];

suite('garbage', {}, (s) => {
  const random = randomFrom(SEED);
  const some = (items, count) => (LONG ? items : sampleOf(items, count, random));
  let objects;
  let operations;
  let values;

  /* Sends one case and tells what is wrong with the answer: sentences, none when it is right. */
  async function attempt(one) {
    const told = `${one.method} ${one.path} ${one.place ? paramOf(one.place.path) : ''} <${one.name}> ${one.kind}`;
    const path = one.refuse ? fillPath(one.path, objects) : await freshPath(one.path, objects, s.stripe);
    const url = one.query === undefined ? path : `${path}?${one.query}`;
    const body = one.body === undefined ? undefined : Buffer.from(one.body(), 'latin1');
    const headers = { ...(body && one.type !== null ? { 'content-type': one.type ?? TYPES[one.kind] } : {}), ...one.headers };
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer within ${DEADLINE} s`)), DEADLINE * 1000);
    });
    try {
      const answer = await Promise.race([s.request(one.method, url, { body, headers, seconds: 5 }), late]);
      return judge(one, answer).map((fault) => `${told}: ${fault} (${answer.status} ${answer.text.slice(0, 300)})`);
    } catch (error) {
      return [`${told}: ${error.message}`];
    } finally {
      clearTimeout(timer);
    }
  }

  function judge(one, { status, json }) {
    const faults = [];
    if (status >= 500) faults.push('a failure of ours');
    if (status < 400) {
      if (one.refuse || one.named) faults.push('taken, wanted a refusal');
      return faults;
    }
    const error = json && json.error;
    if (!error || typeof error.type !== 'string' || typeof error.message !== 'string' || error.message.length < 8) return ['no whole error'];
    const lite = !one.path.startsWith('/v1/');
    if (lite && (json.detail === undefined || json.detail.length === 0)) faults.push('no detail');
    if (one.named) faults.push(...wrongPlace(one, lite, status, json));
    return faults;
  }

  /* A value that its schema refuses is refused under the name of its place. */
  function wrongPlace({ place, kind }, lite, status, { detail, error }) {
    const param = paramOf(place.path);
    if (lite && status === 422) {
      const wanted = [kind === 'query' ? 'query' : 'body', ...place.path].join('.');
      return detail.some(({ loc }) => `${loc.join('.')}.`.startsWith(`${wanted}.`)) ? [] : [`tells other places than ${wanted}`];
    }
    if (status !== 400) return ['refused with another status'];
    const seen = String(error.param);
    return seen === param || seen.startsWith(`${param}[`) ? [] : [`names ${seen}, not ${param}`];
  }

  /* All of them, several at once; fails with the first faults and the seed. */
  async function attemptAll(cases) {
    const faults = [];
    let next = 0;
    const worker = async () => {
      while (next < cases.length) faults.push(...await attempt(cases[next++]));
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    assert.equal(faults.length, 0, `${faults.length} wrong answers of ${cases.length}; repeat with STRIPE_LITE_TEST_SEED=${SEED}:\n  ${faults.slice(0, 25).join('\n  ')}`);
  }

  async function rowCounts() {
    const { database } = s.server;
    const names = await database.rows(database.dialect === 'sqlite'
      ? "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
      : "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'");
    const tables = names.map(({ name }) => name).filter((name) => !OWN_TABLES.includes(name)).sort();
    const [counts] = await database.rows(`SELECT ${tables.map((name) => `(SELECT count(*) FROM ${name}) AS ${name}`).join(', ')}`);
    return counts;
  }

  /* Every place with every value of the table, as cases. */
  function casesOf({ method, path, operation }, wanted) {
    const found = [];
    const base = bodies(objects)[path] || {};
    const content = operation.requestBody && operation.requestBody.content;
    const schema = content && content['application/json'].schema;
    const kinds = content ? Object.keys(TYPES).filter((kind) => content[TYPES[kind]]) : [];
    for (const place of schema ? placesOf(schema) : []) {
      for (const value of values.filter(wanted)) {
        for (const kind of kinds.filter((one) => value[one] !== undefined)) {
          const body = () => (kind === 'json' ? jsonBody : formBody)(base, place, schema, value);
          found.push({ method, path, place, kind, body, name: value.name, refuse: value.breaks, named: surelyRefused(place.schema, value, kind) });
        }
      }
    }
    const searches = path.endsWith('/search');
    for (const { name, schema: declared } of (operation.parameters || []).filter((one) => one.in === 'query')) {
      const place = { path: [name], schema: declared };
      for (const value of values.filter((one) => wanted(one) && one.form && JSON.stringify(one.form).length < 7000)) {
        const query = [searches && name !== 'query' ? "query=created>'0'" : '', ...value.form.map(([end, text]) => `${name}${end}=${text}`)].filter(Boolean).join('&');
        found.push({ method, path, place, kind: 'query', query, name: value.name, refuse: value.breaks });
      }
    }
    return found;
  }

  s.test('objects in every state, and the document', async (t) => {
    t.diagnostic(`STRIPE_LITE_TEST_SEED=${SEED}`);
    objects = await makeObjects(s.stripe, SEED);
    const { paths } = answered(await s.get('/openapi.json'), 200);
    operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })));
    const declared = new Set(operations.map(({ method, path }) => `${method} ${path}`));
    const missing = (await s.server.routes()).filter(({ method, path }) => /^\/(v1|customers|payments|subscriptions)\b/.test(path) && !declared.has(`${method} ${path}`));
    assert.deepEqual(missing.map(({ method, path }) => `${method} ${path}`), [], 'routes that the document leaves out');
    values = hostileValues({ "a customer's id": objects.customer, "a charge's id": objects.paid, "an intent's id": objects.asked, "an event's id": objects.event });
  });

  s.test('values in every declared place', async () => {
    const cases = operations.flatMap((one) => casesOf(one, (value) => !value.breaks));
    assert.ok(cases.length > 10000, `${cases.length} cases`);
    await attemptAll(some(cases, 9000));
  });

  s.test('what no parameter may take is refused and leaves nothing', async () => {
    const before = await rowCounts();
    const cases = operations.flatMap((one) => casesOf(one, (value) => value.breaks));
    await attemptAll(some(cases, 4000));
    assert.deepEqual(await rowCounts(), before);
  });

  s.test('bodies that are none', async () => {
    const writes = operations.filter(({ method, operation }) => method === 'POST' && operation.requestBody && operation.requestBody.content['application/json'].schema.properties);
    const cases = writes.flatMap(({ method, path, operation }) => {
      const right = JSON.stringify({ ...bodies(objects)[path], metadata: { a: 'b' } });
      const stripe = Boolean(operation.requestBody.content[TYPES.form]);
      const json = ['[]', 'null', '"text"', '1', 'NaN', '{', '}', right.slice(0, -1), right.slice(0, right.length >> 1), `${right}${right}`, `${right},`, `\xff${right}`,
        right.replace('{', '{"metadata":{},'), '{"zz_unknown":1}', '{"":1}', '{"a":{"b":'.repeat(20), `{"a":${'['.repeat(50000)}`, '\x00', '\xef\xbb\xbf{}\x00']
        .map((text) => ({ kind: 'json', name: text.slice(0, 30), body: () => text, refuse: true }));
      const form = ['zz_unknown=1', '=', '=1', '[a]=1', 'a[', 'metadata[a]=1&metadata=2', 'metadata[[a]]=1', '%', '%zz=1', 'metadata[a]=%f', '%00=1', 'metadata[%ff]=1', '{"a":1}',
        'metadata[]=a&metadata[b]=c', Array(1001).fill('metadata[a]=b').join('&'), `metadata${'[a]'.repeat(40)}=1`, `${'k'.repeat(20000)}=v`]
        .map((text) => ({ kind: 'form', name: text.slice(0, 30), body: () => text, refuse: true }));
      const wrongTypes = ['text/plain', 'multipart/form-data; boundary=x', 'application/xml', 'application/json, text/html', '/', ';', stripe ? 'application/jsonx' : TYPES.form]
        .map((type) => ({ kind: 'json', name: type, type, body: () => right, refuse: true }));
      return [...json, ...(stripe ? form : []), ...wrongTypes].map((one) => ({ method, path, ...one }));
    });
    const before = await rowCounts();
    await attemptAll(some(cases, 900));
    assert.deepEqual(await rowCounts(), before);
  });

  s.test('ids in paths, on every route that has one', async () => {
    const ids = ['%00', '%ff', '%27%20OR%201=1--', '%2F..%2F..', '%2e%2e', 'x'.repeat(6000), '%F0%9F%92%B3', '%20', '%0d%0aA:b', '%', '%7Bid%7D', 'null', '-1', '9223372036854775808', objects.event, objects.token, objects.refund];
    const cases = operations.filter(({ path }) => /\{(id|charge_id|customer)\}/.test(path)).flatMap(({ method, path }) => ids
      .filter((id) => ![objects.event, objects.token, objects.refund].includes(id) || !path.includes(id.startsWith('evt') ? 'events' : id.startsWith('tok') ? 'tokens' : 'refunds'))
      .map((id) => ({ method, path: path.replaceAll(/\{[^}]*\}/g, id), kind: 'path', name: id.slice(0, 20), refuse: true })));
    await attemptAll(cases);
  });

  s.test('headers', async () => {
    const long = 'k'.repeat(256);
    const sets = [
      ...['', ' ', long, `${long}k`, '%00', '"quoted"', "' OR 1=1", '\u00fc', '\u00ff\u00fe', '..', 'a\tb'].map((value) => ({ 'idempotency-key': value })),
      ...['', 'acct_nope', "acct_1'--", 'acct_1:test', 'acct_1:live', '%00', long, 'cus_1', 'system', '\u00ff'].map((value) => ({ 'stripe-account': value })),
      ...['', 'x', '2019-13-45', '9999-99-99', long, '\u00ff'].map((value) => ({ 'stripe-version': value })),
      ...['', 'Bearer', 'Bearer ', 'Basic !!!', 'Basic Og==', 'Basic /w==', `Bearer ${'x'.repeat(9000)}`, 'Bearer a.b.c', 'Bearer eyJhbGciOiJub25lIn0.eyJyb2xlIjoiYWRtaW4ifQ.', 'Digest a="b"', 'Bearer \u00ff',
        `Bearer ${s.server.secretKey} x`, `bearer  ${s.server.secretKey}`].map((value) => ({ authorization: value })),
      { accept: 'nonsense/;;q=z' }, { 'accept-encoding': 'gzip;q=99, \u00ff' }, { range: 'bytes=9-1' }, { origin: 'null' }, { origin: '\u00ff'.repeat(300) }, { 'x-forwarded-for': '::%\u00ff' },
      { 'if-none-match': '"'.repeat(900) }, { cookie: '=;=;='.repeat(300) }, { 'user-agent': '' }, { 'content-type': '' }, { 'x-signature': 't=99999999999999999999,v1=' }, { 'stripe-signature': '\u00ff=' },
    ];
    const targets = [['GET', '/v1/customers'], ['POST', '/v1/customers'], ['POST', '/customers'], ['GET', '/payments'], ['GET', '/live'], ['GET', '/openapi.json']];
    await attemptAll(sets.flatMap((headers) => targets.map(([method, path]) => ({ method, path, headers, kind: 'header', name: JSON.stringify(headers).slice(0, 60) }))));
  });

  s.test('bytes that no client sends', async () => {
    const key = `Authorization: Bearer ${s.server.secretKey}\r\n`;
    const requests = ['\x00\x01\x02\x03\r\n\r\n', 'GET\r\n\r\n', 'GET / HTTP/9.9\r\n\r\n', `POST /v1/customers HTTP/1.1\r\nHost: a\r\n${key}Content-Length: 99999999999999999999\r\n\r\n`,
      `POST /v1/customers HTTP/1.1\r\nHost: a\r\n${key}Content-Length: -1\r\n\r\n`, `POST /v1/customers HTTP/1.1\r\nHost: a\r\n${key}Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n`,
      `GET /v1/customers?${'a[]='.repeat(3000)} HTTP/1.1\r\nHost: a\r\n${key}\r\n`, `GET /v1/customers HTTP/1.1\r\nHost: a\r\n${key}Idempotency-Key: a\x00b\r\n\r\n`,
      `GET /v1/customers HTTP/1.1\r\nHost: a\r\n${'X: y\r\n'.repeat(5000)}\r\n`, `GET /v1/cus\xfftomers HTTP/1.1\r\nHost: a\r\n${key}\r\n`];
    for (const bytes of requests) {
      const connection = await RawConnection.open(s.server);
      connection.send(bytes);
      const [answer] = await connection.answers(1);
      /* 501 and 505 are said about a method or a version, by RFC 9110. */
      if (answer) assert.ok((answer.status >= 400 && answer.status < 500) || [501, 505].includes(answer.status), `${JSON.stringify(bytes.slice(0, 60))} is ${answer.status}`);
      connection.destroy();
    }
  });

  s.test('amounts at the edge of what can be counted', async () => {
    const most = 99999999;
    answered(await s.post('/v1/charges', { amount: most, currency: 'usd', source: 'tok_visa' }), 200);
    for (const amount of ['100000000', '9223372036854775807', '4611686018427387904']) {
      refused(await s.post('/v1/charges', { amount, currency: 'usd', source: 'tok_visa' }), 400, { param: 'amount', code: 'amount_too_large' });
    }
    const { id } = answered(await s.post('/v1/customers', { balance: '99999999999' }), 200);
    for (const amount of ['99999999999', '-99999999999', '99999999999', '1', '-1']) await s.post(`/v1/customers/${id}/balance_transactions`, { amount, currency: 'usd' });
    const { balance } = answered(await s.get(`/v1/customers/${id}`), 200);
    const { data } = answered(await s.get(`/v1/customers/${id}/balance_transactions`, { query: { limit: 100 } }), 200);
    assert.equal(balance, data.reduce((sum, entry) => sum + entry.amount, 0), 'the balance is the sum of its entries');
    assert.equal(data[0].ending_balance, balance);
  });

  s.test('the parameter at fault is the one that is named', async () => {
    const intent = (more) => s.post('/v1/payment_intents', { amount: 100, currency: 'usd', ...more });
    for (const url of ['javascript:alert(1)', ' https://example.com', 'https://exa mple.com', 'https://', 'https:///a', '/back', 'example.com', 'a\r\nLocation: b', 'DATA:text/html,a', ':', '1a:b']) {
      refused(await intent({ return_url: url }), 400, { code: 'url_invalid', param: 'return_url' });
      refused(await s.post('/v1/setup_intents', { return_url: url }), 400, { code: 'url_invalid', param: 'return_url' });
    }
    for (const url of ['https://example.com/back?a=b#c', 'http://localhost:1/', 'HTTPS://EXAMPLE.COM', 'https://\u00fc.example/\u{1f4b3}', 'myapp://done', 'myapp:done']) {
      answered(await intent({ return_url: url }), 200);
    }
    refused(await intent({ excluded_payment_method_types: ['klarna', 'nonsense'] }), 400, { param: 'excluded_payment_method_types[1]' });
    refused(await intent({ allowed_payment_method_types: ['card', 'nonsense'] }), 400, { param: 'allowed_payment_method_types[1]' });
    answered(await intent({ excluded_payment_method_types: ['klarna'], allowed_payment_method_types: ['card', 'link'] }), 200);
    refused(await intent({ payment_method_data: { type: 'card', card: { token: 'nonsense' } } }), 400, { code: 'resource_missing', param: 'payment_method_data[card][token]' });
    refused(await s.post('/v1/refunds', { charge: 'ch_nobody' }), 404, { code: 'resource_missing', param: 'charge', message: "No such charge: 'ch_nobody'" });
    refused(await s.post('/v1/refunds', { payment_intent: 'pi_nobody' }), 404, { code: 'resource_missing', param: 'payment_intent' });
    refused(await s.post('/payments/refund_charge', { charge_id: 'ch_nobody' }), 404, { code: 'resource_missing', param: 'charge_id' });
    refused(await s.post('/payments/ch_nobody/refund'), 404, { code: 'resource_missing', param: 'charge_id' });
    refused(await s.post('/payments/create_charge', { customer_id: objects.customer, amount: 1, payment_method: '9'.repeat(16) }), 402, { code: 'incorrect_number', param: 'payment_method' });
    const form = (body) => s.request('POST', '/v1/customers', { body, headers: { 'content-type': TYPES.form } });
    refused(await form('name=a&address[city]=%00'), 400, { code: 'parameter_invalid', param: 'address[city]' });
    refused(await form(`${'\u00e9'.repeat(60)}[a=1`), 400, { code: 'parameter_invalid', param: '\u00e9'.repeat(50) });
    refused(await s.post(`/v1/disputes/${objects.dispute}`, { evidence: { customer_name: 'x'.repeat(5001) }, submit: false }), 400, { param: 'evidence[customer_name]' });
  });

  s.test('the server still serves, and never died', async () => {
    const { id } = answered(await s.post('/v1/charges', { amount: 100, currency: 'usd', source: 'tok_visa' }), 200);
    assert.equal(answered(await s.get(`/v1/charges/${id}`), 200).amount, 100);
    assert.doesNotMatch(s.server.log, /ended by a signal|AddressSanitizer|runtime error|LeakSanitizer/);
  });
});
