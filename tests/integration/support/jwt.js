/*
 * jwt.js: makes JSON Web Tokens, good ones and forged ones.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const crypto = require('node:crypto');

const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

/* Claims of a caller with that role, good for ten minutes; a claim of undefined is left out. */
function claims(role, changes = {}) {
  const now = Math.floor(Date.now() / 1000);
  return { sub: 'user_test', role, iat: now, exp: now + 600, ...changes };
}

function hs256(secret, payload, header = {}) {
  const signed = `${encode({ alg: 'HS256', typ: 'JWT', ...header })}.${encode(payload)}`;
  return `${signed}.${crypto.createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

function rs256(privateKey, payload, header = {}) {
  const signed = `${encode({ alg: 'RS256', typ: 'JWT', ...header })}.${encode(payload)}`;
  return `${signed}.${crypto.sign('sha256', Buffer.from(signed), privateKey).toString('base64url')}`;
}

function unsigned(payload) {
  return `${encode({ alg: 'none', typ: 'JWT' })}.${encode(payload)}.`;
}

/* An RSA pair: {privateKey, publicKey}, the public one as PEM text. */
function rsaPair() {
  const { privateKey, publicKey } = crypto.generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { privateKey, publicKey: publicKey.export({ type: 'spki', format: 'pem' }) };
}

module.exports = { claims, hs256, rs256, unsigned, rsaPair };
