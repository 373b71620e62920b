/*
 * tls.test.js: the server behind its own certificate, as clients that check it see it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const https = require('node:https');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const tls = require('node:tls');
const { until } = require('./support/poll');
const { mustRun } = require('./support/program');
const { suite } = require('./support/suite');

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'stripe_lite_tls_'));
const certificate = path.join(folder, 'certificate.pem');
const key = path.join(folder, 'key.pem');
process.on('exit', () => fs.rmSync(folder, { recursive: true, force: true }));

/* A new certificate for this machine, by its own key. */
async function certify(certificateFile, keyFile) {
  await mustRun('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
    '-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost', '-keyout', keyFile, '-out', certificateFile]);
}

const options = {
  env: { STRIPE_LITE_TLS_CERTIFICATE: certificate, STRIPE_LITE_TLS_KEY: key },
  before: async () => {
    await certify(certificate, key);
    options.ca = fs.readFileSync(certificate);
  },
};

suite('TLS', options, (s) => {
  const agentOf = (extra) => new https.Agent({ keepAlive: true, maxSockets: 1, ca: options.ca, ...extra });

  /* One request; {status, headers, text, reused}. */
  function get(agent, words = '/live') {
    return new Promise((resolve, reject) => {
      const request = https.get(new URL(words, s.server.url), { agent }, (answer) => {
        let text = '';
        answer.on('data', (chunk) => { text += chunk; });
        answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, text, reused: request.reusedSocket }));
      });
      request.on('error', reject);
    });
  }

  /* The handshake's result: the protocol, or the error. */
  function handshake(extra) {
    return new Promise((resolve) => {
      const socket = tls.connect({ host: s.server.host, port: s.server.port, ca: options.ca, ...extra }, () => {
        resolve(socket.alpnProtocol || socket.getProtocol());
        socket.destroy();
      });
      socket.on('error', (error) => resolve(error));
    });
  }

  s.test('the address is printed as https', () => assert.equal(s.server.url.protocol, 'https:'));

  s.test('Stripe\'s SDK pays over it', async () => {
    const agent = agentOf();
    const stripe = s.stripeWith(s.server.secretKey, { protocol: 'https', httpClient: undefined, httpAgent: agent });
    const paid = await stripe.paymentIntents.create({
      amount: 1999, currency: 'usd', payment_method: 'pm_card_visa', confirm: true, return_url: 'https://example.com/back',
    });
    assert.equal(paid.status, 'succeeded');
    const waiting = await stripe.paymentIntents.create({
      amount: 1999, currency: 'usd', payment_method: 'pm_card_authenticationRequired', confirm: true, return_url: 'https://example.com/back',
    });
    assert.ok(waiting.next_action.redirect_to_url.url.startsWith(`https://${s.server.url.host}/`), waiting.next_action.redirect_to_url.url);
    agent.destroy();
  });

  s.test('a connection is kept, and large answers come whole', async () => {
    const agent = agentOf();
    assert.equal((await get(agent)).reused, false);
    for (let i = 0; i < 20; i += 1) assert.equal((await get(agent)).reused, true);
    const { text, reused } = await get(agent, '/openapi.json');
    assert.equal(reused, true);
    assert.match(JSON.parse(text).openapi, /^3\.1/);
    agent.destroy();
  });

  /* More than the sockets' buffers take: what is encrypted waits in the server in between. */
  s.test('a client that asks for much at once and reads late gets all of it in order', async () => {
    const ask = (words) => `GET ${words} HTTP/1.1\r\nHost: localhost\r\n`;
    const socket = tls.connect({ host: s.server.host, port: s.server.port, ca: options.ca });
    const chunks = [];
    socket.pause();
    socket.write(`${ask('/openapi.json')}\r\n${ask('/live')}\r\n`.repeat(30) + `${ask('/live')}Connection: close\r\n\r\n`);
    await until('the requests are read', async () => socket.bytesWritten > 0 && (await get(agentOf({ keepAlive: false }))).status === 200);
    socket.on('data', (chunk) => chunks.push(chunk));
    await new Promise((resolve, reject) => { socket.on('end', resolve).on('error', reject).resume(); });
    const bodies = Buffer.concat(chunks).toString('utf8').split(/(?=HTTP\/1\.1 200 OK\r\n)/).map((answer) => answer.replace(/^.*?\r\n\r\n/s, ''));
    const { text } = await get(agentOf({ keepAlive: false }), '/openapi.json');
    assert.equal(bodies.length, 61);
    bodies.forEach((body, i) => assert.equal(body === text, i % 2 === 0 && i < 60, `answer ${i}`));
    socket.destroy();
  });

  s.test('who does not trust the certificate does not get in', async () => {
    await assert.rejects(get(agentOf({ ca: undefined })), /self-signed/i);
  });

  s.test('TLS 1.2 and 1.3 are spoken, older ones and HTTP/2 alone are refused', async () => {
    assert.equal(await handshake({ maxVersion: 'TLSv1.2' }), 'TLSv1.2');
    assert.equal(await handshake({ minVersion: 'TLSv1.3' }), 'TLSv1.3');
    assert.ok(await handshake({ minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }) instanceof Error);
    assert.equal(await handshake({ ALPNProtocols: ['h2', 'http/1.1'] }), 'http/1.1');
    assert.ok(await handshake({ ALPNProtocols: ['h2'] }) instanceof Error);
  });

  s.test('plain HTTP to the port gets no answer, and the server goes on', async () => {
    for (const words of ['GET /live HTTP/1.1\r\nHost: a\r\n\r\n', '\x16\x03\x01\xff\xff', '\0'.repeat(1000)]) {
      const heard = await new Promise((resolve, reject) => {
        const socket = net.connect(s.server.port, s.server.host, () => socket.end(words));
        const chunks = [];
        socket.on('data', (chunk) => chunks.push(chunk));
        socket.on('error', (error) => (error.code === 'ECONNRESET' ? resolve('') : reject(error)));
        socket.on('close', () => resolve(Buffer.concat(chunks).toString('latin1')));
      });
      assert.doesNotMatch(heard, /HTTP\/1/);
      assert.equal((await get(agentOf({ keepAlive: false }))).status, 200);
    }
  });

  const REFUSED = {
    'a certificate that is not there': { STRIPE_LITE_TLS_CERTIFICATE: '/nowhere/certificate.pem' },
    'a key that is not there': { STRIPE_LITE_TLS_KEY: '/nowhere/key.pem' },
    'a file that is no certificate': { STRIPE_LITE_TLS_CERTIFICATE: __filename },
    'the key of another certificate': { STRIPE_LITE_TLS_KEY: path.join(folder, 'other.key') },
    'a certificate without a key': { STRIPE_LITE_TLS_KEY: '' },
  };
  for (const [name, change] of Object.entries(REFUSED)) {
    s.test(`${name} is refused at start with exit 78 and a sentence`, async () => {
      await certify(path.join(folder, 'other.pem'), path.join(folder, 'other.key'));
      const { env } = s.server;
      s.server.env = { ...env, ...change };
      try {
        for (const words of [['serve', '--port', '0'], ['config', 'check']]) {
          const { code, stderr, stdout } = await s.server.command(...words);
          assert.equal(code, 78, `${words[0]}: ${stderr}`);
          assert.match(stderr, /^stripe-lite: .*(certificate|key)/m);
          assert.doesNotMatch(stdout, /listening|fine/);
        }
      } finally {
        s.server.env = env;
      }
    });
  }

  s.test('SIGHUP takes a new certificate; one that cannot be read leaves the old one in use', async () => {
    const serial = async () => new Promise((resolve, reject) => {
      const socket = tls.connect({ host: s.server.host, port: s.server.port, rejectUnauthorized: false }, () => {
        resolve(socket.getPeerCertificate().serialNumber);
        socket.destroy();
      });
      socket.on('error', reject);
    });
    const first = await serial();
    fs.writeFileSync(certificate, 'no certificate');
    const from = s.server.log.length;
    s.server.child.kill('SIGHUP');
    await until('the log tells', () => /reload refused/.test(s.server.log.slice(from)));
    assert.equal(await serial(), first);
    await certify(certificate, key);
    options.ca = fs.readFileSync(certificate);
    s.server.ca = options.ca;
    s.server.child.kill('SIGHUP');
    /* Workers of the old generation take connections until those of the new one do. */
    await until('the new certificate is shown', async () => (await serial()) !== first, 20);
    await until('by every worker', async () => {
      const shown = await Promise.all(Array.from({ length: 16 }, serial));
      return shown.every((number) => number !== first);
    }, 20);
    assert.equal((await get(agentOf({ keepAlive: false }))).status, 200);
  });
});
