/*
 * rules_authentication.test.js: who may do what: keys, tokens, roles, on both faces.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const { answered, refused } = require('./support/expect');
const jwt = require('./support/jwt');
const { until } = require('./support/poll');
const { suite } = require('./support/suite');

const FACES = ['/v1/customers', '/customers'];

suite('authentication', {}, (s) => {
  const token = (role, changes) => jwt.hs256(s.server.jwtSecret, jwt.claims(role, changes));
  const statuses = (options) => Promise.all(FACES.map(async (path) => (await s.get(path, options)).status));
  const all = (status) => FACES.map(() => status);

  s.test('no credential is 401 on both faces, and says how to send one', async () => {
    for (const path of FACES) {
      const answer = await s.get(path, { key: null });
      assert.equal(answer.status, 401);
      assert.equal(answer.json.error.type, 'invalid_request_error');
      assert.match(answer.headers['www-authenticate'], /^(Bearer|Basic)/);
    }
    assert.equal(typeof (await s.get('/customers', { key: null })).json.detail, 'string');
  });

  const BAD = {
    'a key of nobody': () => 'Bearer sk_test_nobody',
    'a publishable key of nobody': () => 'Bearer pk_test_nobody',
    'an app key of nobody': () => 'Bearer app_nobody',
    'an empty bearer': () => 'Bearer ',
    'the right key with one character less': () => `Bearer ${s.server.secretKey.slice(0, -1)}`,
    'the right key with one character more': () => `Bearer ${s.server.secretKey}0`,
    'the right key in capitals': () => `Bearer ${s.server.secretKey.toUpperCase()}`,
    'another scheme': () => `Digest ${s.server.secretKey}`,
    'a scheme alone': () => 'Bearer',
    'Basic that is no base64': () => 'Basic ***',
    'Basic with the key as password': () => `Basic ${Buffer.from(`:${s.server.secretKey}`).toString('base64')}`,
    'text': () => 'hello there',
  };
  for (const [name, header] of Object.entries(BAD)) {
    s.test(`${name} is 401`, async () => {
      assert.deepEqual(await statuses({ authorization: header() }), all(401));
    });
  }

  s.test('Bearer and Basic with the key as user name are let in, whatever the case of the scheme', async () => {
    const basic = Buffer.from(`${s.server.secretKey}:`).toString('base64');
    for (const authorization of [`Bearer ${s.server.secretKey}`, `bearer ${s.server.secretKey}`, `Basic ${basic}`, `basic ${basic}`]) {
      assert.deepEqual(await statuses({ authorization }), all(200), authorization.slice(0, 6));
    }
  });

  s.test('an unknown route is 404 before the credential, a missing credential 401 before the body', async () => {
    for (const path of ['/v1/no_such_thing', '/no/such/thing']) assert.equal((await s.get(path, { key: null })).status, 404);
    for (const path of FACES) {
      const answer = await s.request('POST', path, { key: null, body: '{broken', headers: { 'content-type': 'application/json' } });
      assert.equal(answer.status, 401);
    }
  });

  s.test('a role without the permission is 403 before the body is looked at', async () => {
    const answer = await s.request('POST', '/customers', { key: token('viewer'), body: '{broken', headers: { 'content-type': 'application/json' } });
    assert.equal(answer.status, 403);
  });

  s.test('a publishable key makes tokens and payment methods, and nothing secret', async () => {
    const key = s.server.publishableKey;
    const made = await s.stripeWith(key).tokens.create({ card: { number: '4242424242424242', exp_month: '12', exp_year: '2040', cvc: '314' } });
    assert.match(made.id, /^tok_/);
    assert.deepEqual(await statuses({ key }), all(403));
    assert.equal((await s.post('/v1/refunds', { charge: 'ch_x' }, { key })).status, 403);
  });

  s.test('a publishable key confirms an intent with its client secret, not without', async () => {
    const client = s.stripeWith(s.server.publishableKey);
    const intent = await s.stripe.paymentIntents.create({ amount: 500, currency: 'usd' });
    const confirm = (secret) => s.post(`/v1/payment_intents/${intent.id}/confirm`, {
      payment_method: 'pm_card_visa', return_url: 'https://example.com/back', ...(secret && { client_secret: secret }),
    }, { key: s.server.publishableKey });
    for (const secret of [undefined, `${intent.client_secret}x`, `${intent.id}_secret_guess`]) {
      const { status } = await confirm(secret);
      assert.ok([400, 401, 403, 404].includes(status), `client secret ${secret}: ${status}`);
    }
    assert.equal((await s.stripe.paymentIntents.retrieve(intent.id)).status, 'requires_payment_method');
    assert.equal(answered(await confirm(intent.client_secret), 200).status, 'succeeded');
    assert.equal((await client.paymentIntents.retrieve(intent.id, { client_secret: intent.client_secret })).status, 'succeeded');
  });

  s.test('a restricted key may what its scope says', async () => {
    const key = await s.server.makeKey({ scope: ['customers:read'] });
    assert.match(key, /^rk_test_/);
    assert.deepEqual(await statuses({ key }), all(200));
    refused(await s.post('/v1/customers', { name: 'No' }, { key }), 403);
    refused(await s.get('/v1/charges', { key }), 403);
    assert.equal((await s.post('/payments/create_charge', {}, { key })).status, 403);
  });

  s.test('a key of the command line with a role has that role', async () => {
    const viewer = await s.server.makeKey({ role: 'viewer' });
    assert.deepEqual(await statuses({ key: viewer }), all(200));
    refused(await s.post('/v1/customers', { name: 'No' }, { key: viewer }), 403);
    const operator = await s.server.makeKey({ role: 'operator' });
    answered(await s.post('/v1/customers', { name: 'Yes' }, { key: operator }), 200);
  });

  s.test('a revoked key is 401 within a second', async () => {
    const ids = async () => JSON.parse(await s.server.mustCommand('keys', 'list', '--json')).map(({ id }) => id);
    const before = await ids();
    const key = await s.server.makeKey({ role: 'viewer' });
    assert.deepEqual(await statuses({ key }), all(200));
    const [id] = (await ids()).filter((one) => !before.includes(one));
    await s.server.mustCommand('keys', 'revoke', id);
    await until('the key is refused', async () => (await statuses({ key })).every((status) => status === 401), 1);
  });

  for (const role of ['admin', 'operator', 'viewer']) {
    s.test(`a JWT of role ${role} reads on both faces`, async () => {
      assert.deepEqual(await statuses({ key: token(role) }), all(200));
    });
  }

  s.test('viewer may not write, operator may, only admin sees metrics', async () => {
    const write = async (role) => (await s.post('/customers', { name: 'R', email: 'r@example.com' }, { key: token(role) })).status;
    assert.deepEqual([await write('viewer'), await write('operator'), await write('admin')], [403, 200, 200]);
    const metrics = async (role) => (await s.get('/metrics', { key: token(role) })).status;
    assert.deepEqual([await metrics('viewer'), await metrics('operator'), await metrics('admin')], [403, 403, 200]);
  });

  const FORGED = {
    'alg none': () => jwt.unsigned(jwt.claims('admin')),
    'another secret': () => jwt.hs256('another secret', jwt.claims('admin')),
    'a changed payload': () => {
      const [head, , signature] = token('viewer').split('.');
      return `${head}.${token('admin').split('.')[1]}.${signature}`;
    },
    'no signature': () => token('admin').replace(/[^.]+$/, ''),
    'expired': () => token('admin', { exp: Math.floor(Date.now() / 1000) - 120 }),
    'no exp': () => token('admin', { exp: undefined }),
    'exp that is a text': () => token('admin', { exp: 'tomorrow' }),
    'no sub': () => token('admin', { sub: undefined }),
    'no role': () => token(undefined),
    'an unknown role': () => token('emperor'),
    'a role in capitals': () => token('ADMIN'),
    'customer without an id': () => token('customer:'),
    'not yet valid': () => token('admin', { nbf: Math.floor(Date.now() / 1000) + 600 }),
    'RS256 where a secret is set': () => jwt.rs256(jwt.rsaPair().privateKey, jwt.claims('admin')),
    'four parts': () => `${token('admin')}.more`,
    'a header that says HS512': () => jwt.hs256(s.server.jwtSecret, jwt.claims('admin'), { alg: 'HS512' }),
  };
  for (const [name, forge] of Object.entries(FORGED)) {
    s.test(`a JWT with ${name} is 401`, async () => {
      assert.deepEqual(await statuses({ key: forge() }), all(401));
    });
  }

  s.test('customer:<id> sees its own records and nobody else\'s', async () => {
    const make = async (name) => answered(await s.post('/customers', { name, email: `${name}@example.com`, payment_info: 'pm_card_visa' }), 200).customer;
    const [mine, other] = [await make('mine'), await make('other')];
    const charge = async (id) => answered(await s.post('/payments/create_charge', { customer_id: id, amount: 1, payment_method: 'default' }), 200).charge;
    const [myCharge, otherCharge] = [await charge(mine.id), await charge(other.id)];
    const key = token(`customer:${mine.id}`);
    assert.equal(answered(await s.get(`/customers/${mine.id}`, { key }), 200).id, mine.id);
    answered(await s.get(`/customers/${other.id}`, { key }), 404);
    refused(await s.get(`/v1/customers/${other.id}`, { key }), 404);
    assert.equal(answered(await s.get(`/payments/${myCharge.id}`, { key }), 200).id, myCharge.id);
    answered(await s.get(`/payments/${otherCharge.id}`, { key }), 404);
    refused(await s.get(`/v1/charges/${otherCharge.id}`, { key }), 404);
    assert.deepEqual(answered(await s.get('/customers', { key }), 200).customers.map(({ id }) => id), [mine.id]);
    assert.deepEqual(answered(await s.get('/payments', { key }), 200).payments.map(({ id }) => id), [myCharge.id]);
    answered(await s.get('/payments', { key, query: { customer_id: other.id } }), 200).payments.forEach((one) => assert.fail(one.id));
    assert.equal((await s.get('/metrics', { key })).status, 403);
  });

  s.test('Stripe-Account of an account that is not connected is refused', async () => {
    for (const path of FACES) {
      const { status } = await s.get(path, { headers: { 'stripe-account': 'acct_nobody' } });
      assert.ok([403, 404].includes(status), `${path}: ${status}`);
    }
  });
});

const pair = jwt.rsaPair();
suite('JWT with a public key', { env: { STRIPE_LITE_JWT_SECRET: undefined, STRIPE_LITE_JWT_PUBLIC_KEY: pair.publicKey } }, (s) => {
  const status = async (key) => (await s.get('/customers', { key })).status;

  s.test('RS256 by the right key is let in, by another refused', async () => {
    assert.equal(await status(jwt.rs256(pair.privateKey, jwt.claims('viewer'))), 200);
    assert.equal(await status(jwt.rs256(jwt.rsaPair().privateKey, jwt.claims('viewer'))), 401);
  });

  s.test('HS256 signed with the public key as secret is refused', async () => {
    assert.equal(await status(jwt.hs256(pair.publicKey, jwt.claims('admin'))), 401);
    assert.equal(await status(jwt.hs256(pair.publicKey.trim(), jwt.claims('admin'))), 401);
  });

  s.test('alg none and an expired token are refused', async () => {
    assert.equal(await status(jwt.unsigned(jwt.claims('admin'))), 401);
    assert.equal(await status(jwt.rs256(pair.privateKey, jwt.claims('admin', { exp: 1 }))), 401);
  });
});

suite('JWT with issuer and audience', { env: { STRIPE_LITE_JWT_ISSUER: 'https://id.example.com', STRIPE_LITE_JWT_AUDIENCE: 'stripe_lite' } }, (s) => {
  const status = async (changes) => (await s.get('/customers', { key: jwt.hs256(s.server.jwtSecret, jwt.claims('viewer', changes)) })).status;

  s.test('both must be the configured ones', async () => {
    const good = { iss: 'https://id.example.com', aud: 'stripe_lite' };
    assert.equal(await status(good), 200);
    assert.equal(await status({ ...good, aud: ['other', 'stripe_lite'] }), 200);
    assert.equal(await status({ ...good, aud: 'other' }), 401);
    assert.equal(await status({ ...good, iss: 'https://other.example.com' }), 401);
    assert.equal(await status({}), 401);
  });
});
