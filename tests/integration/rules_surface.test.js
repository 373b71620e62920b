/*
 * rules_surface.test.js: methods, HEAD, CORS, probes, metrics, and the documents the server gives of itself.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const { answered, refused } = require('./support/expect');
const { suite } = require('./support/suite');

const ORIGIN = 'https://shop.example.com';

suite('the surface', {}, (s) => {
  const bare = (path) => path.replace(/\{[^}]*\}/g, '{}');

  s.test('an unknown route is 404 in its face\'s shape', async () => {
    refused(await s.get('/v1/nothing'), 404, { type: 'invalid_request_error' });
    const body = answered(await s.get('/nothing'), 404);
    assert.equal(typeof body.detail, 'string');
  });

  s.test('a wrong method is 405 with Allow', async () => {
    const cases = { '/v1/customers': ['GET', 'POST'], '/customers': ['GET', 'POST'], '/payments/create_charge': ['POST'], '/v1/balance': ['GET'] };
    for (const [path, allowed] of Object.entries(cases)) {
      const answer = await s.request('PUT', path);
      assert.equal(answer.status, 405, path);
      const allow = answer.headers.allow.split(/\s*,\s*/);
      for (const method of allowed) assert.ok(allow.includes(method), `${path}: ${allow}`);
      assert.ok(!allow.includes('PUT'));
    }
    assert.equal((await s.request('DELETE', '/v1/charges')).status, 405);
  });

  s.test('HEAD is GET without the body', async () => {
    for (const path of ['/v1/customers', '/customers', '/live', '/openapi.json']) {
      const [get, head] = [await s.get(path), await s.request('HEAD', path)];
      assert.equal(head.status, get.status, path);
      assert.equal(head.text, '');
      assert.equal(head.headers['content-type'], get.headers['content-type']);
      if (get.headers['content-length']) assert.equal(head.headers['content-length'], get.headers['content-length'], path);
    }
  });

  s.test('the probes need no key', async () => {
    answered(await s.get('/live', { key: null }), 200);
    answered(await s.get('/ready', { key: null }), 200);
    const health = answered(await s.get('/health', { key: null }), 200);
    assert.match(JSON.stringify(health), /\d+\.\d+\.\d+/, 'health says versions');
  });

  s.test('metrics are Prometheus text, and count', async () => {
    assert.equal((await s.get('/metrics', { key: null })).status, 401);
    const read = async () => {
      const answer = await s.get('/metrics');
      assert.equal(answer.status, 200);
      assert.match(answer.headers['content-type'], /^text\/plain\b/);
      for (const line of answer.text.trimEnd().split('\n')) {
        assert.match(line, /^(# (HELP|TYPE) \S+ .+|[a-zA-Z_:][\w:]*(\{.*\})? (-?[\d.e+-]+|\+Inf|NaN)( \d+)?|)$/);
      }
      return [...answer.text.matchAll(/^\w*requests_total(?:\{.*\})? (\d+)/gm)].reduce((sum, [, n]) => sum + Number(n), 0);
    };
    const before = await read();
    for (let i = 0; i < 5; i += 1) await s.get('/v1/balance');
    assert.ok(await read() >= before + 5, 'requests are counted');
  });

  s.test('/openapi.json is a sound 3.1 document', async () => {
    const document = answered(await s.get('/openapi.json', { key: null }), 200);
    assert.match(document.openapi, /^3\.1\.\d+$/);
    assert.equal(typeof document.info.title, 'string');
    assert.equal(typeof document.info.version, 'string');
    const ids = new Set();
    for (const [path, item] of Object.entries(document.paths)) {
      assert.match(path, /^\//);
      for (const [method, operation] of Object.entries(item)) {
        if (method === 'parameters') continue;
        const name = `${method} ${path}`;
        assert.match(method, /^(get|post|put|patch|delete|head|options)$/, name);
        assert.ok(Object.keys(operation.responses || {}).length > 0, `${name} has no responses`);
        Object.values(operation.responses).forEach((one) => assert.ok(one.$ref || typeof one.description === 'string', name));
        assert.ok(!ids.has(operation.operationId), `${operation.operationId} twice`);
        ids.add(operation.operationId);
        const parameters = [...(item.parameters || []), ...(operation.parameters || [])];
        const declared = parameters.filter((one) => one.in === 'path').map((one) => one.name).sort();
        assert.deepEqual(declared, [...path.matchAll(/\{([^}]+)\}/g)].map(([, one]) => one).sort(), name);
        parameters.forEach((one) => assert.ok(one.in !== 'path' || one.required === true, name));
      }
    }
    const resolve = (reference) => reference.slice(2).split('/').reduce((at, step) => at && at[step.replaceAll('~1', '/').replaceAll('~0', '~')], document);
    for (const [, reference] of JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)) {
      assert.ok(reference.startsWith('#/') && resolve(reference), `${reference} leads nowhere`);
    }
  });

  s.test('/openapi.json holds the routes that are declared, no others', async () => {
    const document = answered(await s.get('/openapi.json', { key: null }), 200);
    const told = new Set(Object.entries(document.paths).flatMap(([path, item]) =>
      Object.keys(item).filter((method) => method !== 'parameters').map((method) => `${method.toUpperCase()} ${bare(path)}`)));
    const declared = new Set((await s.server.routes()).map(({ method, path }) => `${method} ${bare(path)}`));
    assert.ok(declared.size > 40, `${declared.size} routes`);
    for (const one of told) assert.ok(declared.has(one), `${one} is told but not declared`);
    for (const one of declared) if (/ \/(v1|customers|payments)\b/.test(one)) assert.ok(told.has(one), `${one} is declared but not told`);
  });

  for (const path of ['/docs', '/redoc']) {
    s.test(`${path} is a page that loads nothing from elsewhere`, async () => {
      const page = await s.get(path, { key: null });
      assert.equal(page.status, 200);
      assert.match(page.headers['content-type'], /^text\/html\b/);
      assert.doesNotMatch(page.text, /<script(?![^>]*\bsrc=)[^>]*>\s*\S/i, 'no inline script');
      const assets = [...page.text.matchAll(/<(?:script|link|img)\b[^>]*?\b(?:src|href)="([^"]+)"/gi)].map(([, one]) => one);
      assert.ok(assets.length > 0);
      for (const asset of assets) {
        const url = new URL(asset, new URL(path, s.server.url));
        assert.equal(url.host, s.server.url.host, asset);
        const answer = await s.get(url.pathname + url.search, { key: null });
        assert.equal(answer.status, 200, asset);
        assert.ok(answer.text.length > 0, asset);
      }
    });
  }

  s.test('without configured origins there is no CORS', async () => {
    const answer = await s.get('/v1/customers', { headers: { origin: ORIGIN } });
    assert.equal(answer.headers['access-control-allow-origin'], undefined);
  });

  s.test('a path may not climb out of the assets', async () => {
    for (const path of ['/docs/../../../../etc/passwd', '/assets/..%2f..%2f..%2fetc%2fpasswd', '/docs/%2e%2e/%2e%2e/etc/passwd']) {
      const answer = await s.get(path, { key: null });
      assert.ok([400, 404].includes(answer.status), `${path}: ${answer.status}`);
    }
  });

  s.test('the Request-Id is on the request\'s log line', async () => {
    const id = (await s.get('/v1/balance')).headers['request-id'];
    await s.restart();
    assert.ok(s.server.log.split('\n').some((line) => line.includes(id)), `${id} is not in the log`);
  });

  s.test('each log line is one JSON object', async () => {
    const lines = s.server.log.split('\n').filter((line) => line.startsWith('{'));
    assert.ok(lines.length > 0);
    lines.forEach((line) => JSON.parse(line));
  });
});

suite('CORS', { env: { STRIPE_LITE_CORS_ORIGINS: `${ORIGIN},https://admin.example.com` } }, (s) => {
  s.test('a listed origin is named on answers and on errors, another is not', async () => {
    for (const [path, key] of [['/v1/customers', undefined], ['/v1/customers', null], ['/nothing', null], ['/customers/cus_none', undefined]]) {
      const listed = await s.get(path, { key, headers: { origin: ORIGIN } });
      assert.equal(listed.headers['access-control-allow-origin'], ORIGIN, `${path} ${listed.status}`);
      assert.match(listed.headers.vary || '', /origin/i);
      const other = await s.get(path, { key, headers: { origin: 'https://evil.example.com' } });
      assert.equal(other.headers['access-control-allow-origin'], undefined);
    }
  });

  s.test('a preflight is answered without a key', async () => {
    const ask = (origin) => s.request('OPTIONS', '/v1/payment_intents', {
      key: null,
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization, idempotency-key' },
    });
    const answer = await ask(ORIGIN);
    assert.ok([200, 204].includes(answer.status));
    assert.equal(answer.headers['access-control-allow-origin'], ORIGIN);
    assert.match(answer.headers['access-control-allow-methods'], /POST/);
    assert.match(answer.headers['access-control-allow-headers'], /authorization/i);
    assert.match(answer.headers['access-control-allow-headers'], /idempotency-key/i);
    assert.equal((await ask('https://evil.example.com')).headers['access-control-allow-origin'], undefined);
  });
});
