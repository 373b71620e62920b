/*
 * overload.test.js: more than the server can do, or is willing to hold: what is refused, what goes on, what it costs.
 *
 * Ten seconds of it usually; a minute at twice the capacity and 10,000 connections with STRIPE_LITE_TEST_LONG=1.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const { setTimeout: pause } = require('node:timers/promises');
const { answered } = require('./support/expect');
const { until } = require('./support/poll');
const { isSanitized, mustRun, program } = require('./support/program');
const { RawConnection } = require('./support/sockets');
const { suite } = require('./support/suite');

const LONG = Boolean(process.env.STRIPE_LITE_TEST_LONG);
const MIB = 1024 * 1024;
const fresh = { headers: { connection: 'close' } };

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'stripe_lite_overload_'));
process.on('exit', () => fs.rmSync(folder, { recursive: true, force: true }));

/* Bytes of memory and milliseconds of processor time that a process has used. */
function usage(pid) {
  const [, pages] = fs.readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ').map(Number);
  const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ').map(Number);
  return { bytes: pages * 4096, busy: (fields[11] + fields[12]) * 10 };
}

const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];

/* ---- requests ---- */

const CACHE = process.env.STRIPE_LITE_TEST_DATABASE === 'postgres' ? 0 : 16; /* MiB of pages that SQLite's writer keeps, filled as the file grows */
const LATENCY = 500; /* ms that the gateway takes */
const PLACES = 16;
const SECONDS = LONG ? 60 : 6;

suite('twice as many requests as there are places', { env: { STRIPE_LITE_WORKERS: '1', STRIPE_LITE_IN_FLIGHT_LIMIT: String(PLACES), STRIPE_LITE_LOG_LEVEL: 'warning' } }, (s) => {
  const pay = async () => {
    const from = Date.now();
    const answer = await s.post('/v1/payment_intents', { amount: 2000, currency: 'usd', payment_method: 'pm_card_visa', confirm: true, return_url: 'https://example.com/back' }, { mayFail: true });
    return { ...answer, took: Date.now() - from };
  };

  s.test('a gateway that takes its time', async () => {
    answered(await s.post('/v1/test_helpers/simulator', { latency_ms: LATENCY }), 200);
    assert.equal((await pay()).status, 200);
  });

  s.test(`${SECONDS} seconds: refused ones are told when to come back, accepted ones are as quick as ever, others are served`, async (t) => {
    const [worker] = s.server.workers();
    const answers = [];
    const others = [];
    const memory = [];
    const end = Date.now() + SECONDS * 1000;
    const payer = async () => {
      while (Date.now() < end) {
        const answer = await pay();
        answers.push(answer);
        if (answer.status === 503) await pause(100);
      }
    };
    const other = async () => {
      for (; Date.now() < end; await pause(20)) {
        const from = Date.now();
        answered(await s.get('/v1/balance'), 200);
        others.push(Date.now() - from);
      }
    };
    const watcher = async () => {
      for (; Date.now() < end; await pause(100)) memory.push(usage(worker).bytes);
    };
    await Promise.all([...Array.from({ length: 2 * PLACES }, payer), other(), watcher()]);
    const accepted = answers.filter(({ status }) => status === 200);
    const refused = answers.filter(({ status }) => status === 503);
    const growth = memory.at(-1) - memory[memory.length >> 2];
    t.diagnostic(`${accepted.length} accepted, median ${median(accepted.map(({ took }) => took))} ms; ${refused.length} refused, median ${median(refused.map(({ took }) => took))} ms; `
      + `${others.length} others, median ${median(others)} ms; memory ${(growth / MIB).toFixed(1)} MiB more`);
    assert.deepEqual([...new Set(answers.map(({ status }) => status))].sort(), [200, 503]);
    for (const { headers, json } of refused) assert.deepEqual([headers['retry-after'], json.error.type], ['1', 'api_error']);
    assert.ok(median(accepted.map(({ took }) => took)) < 3 * LATENCY, 'accepted requests wait for nobody');
    if (!isSanitized()) assert.ok(growth < (8 + CACHE) * MIB, `${growth} bytes more`);
  });

  s.test('full speed within two seconds after', async () => {
    await until('as many as may be paid at once are', async () => {
      const answers = await Promise.all(Array.from({ length: PLACES * 3 / 4 }, pay));
      return answers.every(({ status }) => status === 200);
    }, 2);
  });

  s.test('the refusals are counted, and the log tells once a second', async () => {
    assert.match((await s.get('/metrics')).text, /^stripe_lite_http_overload_total [1-9]/m);
    const lines = s.server.log.split('\n').filter((line) => line.includes('too many requests at once, refusing some')).length;
    assert.ok(lines >= 1 && lines <= SECONDS + 3, String(lines));
  });
});

/* ---- connections ---- */

const DESCRIPTORS = 128;
const limited = path.join(folder, 'limited.sh');
fs.writeFileSync(limited, `#!/bin/sh\nulimit -n ${DESCRIPTORS}\nexec ${program} "$@"\n`, { mode: 0o755 });

/* Connections that say nothing; `closed` counts those that the server has ended. */
class Idlers {
  constructor(server, count) {
    this.closed = 0;
    this.sockets = Array.from({ length: count }, () => {
      const socket = net.connect({ host: server.host, port: server.port });
      socket.on('error', () => {});
      socket.on('close', () => { this.closed += 1; });
      return socket;
    });
  }

  destroy() { this.sockets.forEach((socket) => socket.destroy()); }
}

suite('few descriptors', { binary: limited, env: { STRIPE_LITE_WORKERS: '1', STRIPE_LITE_LOG_LEVEL: 'warning' } }, (s) => {
  s.test('connections that are idle make room for new ones', async () => {
    const count = 2 * DESCRIPTORS;
    const idlers = new Idlers(s.server, count);
    await until('the oldest have been closed', () => idlers.closed >= count - DESCRIPTORS / 2);
    for (let i = 0; i < 10; i += 1) answered(await s.get('/v1/balance', fresh), 200);
    idlers.destroy();
    assert.match((await s.get('/metrics', fresh)).text, /^stripe_lite_http_evicted_total [1-9]/m);
  });

  s.test('with none left the server waits without spinning, and goes on when there are some', async () => {
    const [worker] = s.server.workers();
    const open = fs.readdirSync(`/proc/${worker}/fd`).length;
    await mustRun('prlimit', ['--pid', String(worker), `--nofile=${open}:`]);
    const idlers = new Idlers(s.server, 32);
    await until('the log tells', () => s.server.log.includes('out of descriptors, accepting later'));
    const before = usage(worker).busy;
    const asked = s.get('/v1/balance', fresh);
    await pause(1000);
    const busy = usage(worker).busy - before;
    await mustRun('prlimit', ['--pid', String(worker), `--nofile=${DESCRIPTORS}:`]);
    answered(await asked, 200);
    idlers.destroy();
    assert.ok(busy < 300, `${busy} ms of processor time in a second of waiting`);
    assert.equal(s.server.log.split('out of descriptors').length - 1, 1, 'told once');
  });
});

const CROWD = LONG ? 10000 : 1000;

suite('many connections', { env: { STRIPE_LITE_WORKERS: '1', STRIPE_LITE_CONNECTION_LIMIT: String(CROWD + 64), STRIPE_LITE_LOG_LEVEL: 'warning', STRIPE_LITE_BODY_TIMEOUT: '1' } }, (s) => {
  const text = (line, more = '') => `GET ${line} HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer ${s.server.secretKey}\r\n${more}\r\n`;

  s.test(`${CROWD} opened at once are all answered, and cost nobody else anything while they idle`, async () => {
    const sockets = await Promise.all(Array.from({ length: CROWD }, () => RawConnection.open(s.server)));
    for (const socket of sockets) socket.send('GET /live HTTP/1.1\r\nHost: test\r\n\r\n');
    for (const socket of sockets) assert.equal((await socket.answers(1, { seconds: 60 }))[0].status, 200);
    for (let i = 0; i < 20; i += 1) answered(await s.get('/v1/balance'), 200);
    assert.ok(sockets.every(({ closed }) => !closed), 'all are still open');
    sockets.forEach((socket) => socket.destroy());
  });

  s.test('connections whose other half is shut are answered and closed', async () => {
    for (let i = 0; i < 50; i += 1) {
      const socket = await RawConnection.open(s.server);
      socket.send(text('/v1/balance'));
      socket.halfClose();
      assert.equal((await socket.answers(1))[0].status, 200);
      await socket.end();
    }
  });

  s.test('large lists to page through', async () => {
    const make = (i) => s.post('/v1/customers', { name: `Reader ${i}`, description: 'x'.repeat(350), metadata: Object.fromEntries(Array.from({ length: 20 }, (_, k) => [`key${k}`, 'y'.repeat(100)])) });
    for (let i = 0; i < 100; i += 20) (await Promise.all(Array.from({ length: 20 }, (_, k) => make(i + k)))).forEach((answer) => answered(answer, 200));
    assert.ok((await s.get('/v1/customers?limit=100')).text.length > 200000);
  });

  /* A whole buffer of requests, each for a large answer. */
  const ASKED = 60;
  const ask = async () => {
    const socket = await RawConnection.open(s.server);
    socket.socket.pause();
    socket.send(text('/v1/customers?limit=100').repeat(ASKED - 1) + text('/v1/customers?limit=100', 'Connection: close\r\n'));
    return socket;
  };

  const trickle = async () => {
    const socket = await RawConnection.open(s.server);
    socket.send('POST /v1/customers HTTP/1.1\r\nHost: test\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\nname=');
    const timer = setInterval(() => socket.send('x'), 200);
    const [answer] = await socket.answers(1, { seconds: 15 });
    clearInterval(timer);
    socket.destroy();
    return answer;
  };

  s.test('a client that never reads costs one answer, and is cut; a body that trickles on and on is ended', async () => {
    const [worker] = s.server.workers();
    const trickled = trickle();
    const before = usage(worker).bytes;
    const sockets = [await ask(), await ask()];
    let most = 0;
    await until('both are cut', async () => {
      most = Math.max(most, usage(worker).bytes);
      answered(await s.get('/v1/balance'), 200);
      return sockets.every((one) => one.cut || (one.cut = !connected(s.server, one)));
    }, 20);
    sockets.forEach((socket) => socket.destroy());
    assert.equal((await trickled).status, 408);
    if (!isSanitized()) assert.ok(most - before < 8 * MIB, `${most - before} bytes for answers that nobody reads`);
  });

  s.test('one that reads late gets everything', async () => {
    const socket = await ask();
    await pause(300);
    socket.socket.resume();
    await socket.wait('the last answer', () => socket.closed, 60);
    const answers = await socket.answers(ASKED);
    assert.equal(answers.length, ASKED);
    assert.ok(answers.every(({ status }) => status === 200));
    socket.destroy();
  });
});

/* Whether the server still has its end of the connection. */
function connected(server, { socket }) {
  const hex = (port) => port.toString(16).toUpperCase().padStart(4, '0');
  return fs.readFileSync('/proc/net/tcp', 'utf8').split('\n').some((line) => {
    const [, from, to, state] = line.trim().split(/\s+/);
    return from && from.endsWith(`:${hex(server.port)}`) && to.endsWith(`:${hex(socket.localPort)}`) && state === '01';
  });
}
