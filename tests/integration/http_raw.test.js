/*
 * http_raw.test.js: bytes on a socket: pipelining, framing, and what smugglers try.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const { until } = require('./support/poll');
const { RawConnection } = require('./support/sockets');
const { suite } = require('./support/suite');

suite('HTTP on the socket', {}, (s) => {
  let head;

  /* Opens, sends, gives the connection to the body, and closes it. */
  async function talk(text, body) {
    const connection = await RawConnection.open(s.server);
    try {
      connection.send(text);
      return await body(connection);
    } finally {
      connection.destroy();
    }
  }
  const get = (path = '/v1/balance', more = '') => `GET ${path} HTTP/1.1\r\n${head}${more}\r\n`;
  const post = (body, more = '') =>
    `POST /v1/customers HTTP/1.1\r\n${head}Content-Type: application/x-www-form-urlencoded\r\n${more}\r\n${body}`;
  const count = async () => (await s.stripe.customers.list({ limit: 100 })).data.length;

  s.test('the headers of a good request', () => {
    head = `Host: ${s.server.url.host}\r\nAuthorization: Bearer ${s.server.secretKey}\r\n`;
  });

  s.test('keep-alive: request after request on one connection', async () => {
    await talk(get(), async (connection) => {
      for (let i = 1; i <= 5; i += 1) {
        const answers = await connection.answers(i);
        assert.equal(answers[i - 1].status, 200);
        connection.send(get());
      }
    });
  });

  s.test('pipelined requests are answered in their order', async () => {
    await talk(get('/live') + get('/nothing') + post('name=P1', 'Content-Length: 7\r\n') + get('/v1/balance'), async (connection) => {
      const answers = await connection.answers(4);
      assert.deepEqual(answers.map(({ status }) => status), [200, 404, 200, 200]);
      assert.equal(JSON.parse(answers[2].body).name, 'P1');
      assert.equal(JSON.parse(answers[3].body).object, 'balance');
    });
  });

  s.test('a hundred pipelined requests, a hundred answers', async () => {
    await talk(get('/live').repeat(100), async (connection) => {
      const answers = await connection.answers(100);
      assert.equal(answers.length, 100);
      assert.equal(new Set(answers.map(({ headers }) => headers['request-id'])).size, 100);
    });
  });

  s.test('a request byte by byte', async () => {
    await talk('', async (connection) => {
      for (const byte of get()) connection.send(byte);
      assert.equal((await connection.answers(1))[0].status, 200);
    });
  });

  s.test('HEAD has no body, and the next answer follows at once', async () => {
    await talk(`HEAD /v1/balance HTTP/1.1\r\n${head}\r\n`, async (connection) => {
      const [answer] = await connection.answers(1, { heads: true });
      assert.equal(answer.status, 200);
      const length = connection.heard.length;
      connection.send(get('/live'));
      await connection.wait('the next answer', () => connection.heard.length > length);
      assert.match(connection.heard.slice(length), /^HTTP\/1\.1 200 /);
    });
  });

  s.test('Expect: 100-continue is answered with 100, then the answer', async () => {
    await talk(post('', 'Content-Length: 8\r\nExpect: 100-continue\r\n'), async (connection) => {
      assert.equal((await connection.answers(1))[0].status, 100);
      connection.send('name=Exp');
      const answers = await connection.answers(2);
      assert.equal(answers[1].status, 200);
      assert.equal(JSON.parse(answers[1].body).name, 'Exp');
    });
  });

  s.test('Expect with a body that is too large is refused before it is sent', async () => {
    await talk(post('', 'Content-Length: 99999999\r\nExpect: 100-continue\r\n'), async (connection) => {
      assert.equal((await connection.answers(1))[0].status, 413);
    });
  });

  s.test('another expectation is 417', async () => {
    await talk(post('', 'Content-Length: 0\r\nExpect: wonders\r\n'), async (connection) => {
      assert.equal((await connection.answers(1))[0].status, 417);
    });
  });

  s.test('a chunked body is read', async () => {
    await talk(post('5\r\nname=\r\n7;ext=1\r\nChunked\r\n0\r\nTrailer: x\r\n\r\n', 'Transfer-Encoding: chunked\r\n'), async (connection) => {
      const [answer] = await connection.answers(1);
      assert.equal(answer.status, 200);
      assert.equal(JSON.parse(answer.body).name, 'Chunked');
      connection.send(get('/live'));
      assert.equal((await connection.answers(2))[1].status, 200);
    });
  });

  s.test('a chunked body past 1 MiB is 413', async () => {
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
    await talk(post(chunk.repeat(17), 'Transfer-Encoding: chunked\r\n'), async (connection) => {
      assert.equal((await connection.answers(1))[0].status, 413);
    });
  });

  /* Each must be refused with a 400 and the connection closed, so that what follows is never a request. */
  const FORGED = {
    'two Content-Length that differ': () => post('name=A', 'Content-Length: 6\r\nContent-Length: 7\r\n'),
    'Content-Length as a list that differs': () => post('name=A', 'Content-Length: 6, 7\r\n'),
    'Content-Length and Transfer-Encoding': () => post('0\r\n\r\n', 'Content-Length: 6\r\nTransfer-Encoding: chunked\r\n'),
    'Content-Length with a plus': () => post('name', 'Content-Length: +4\r\n'),
    'Content-Length in hexadecimal': () => post('name=', 'Content-Length: 0x5\r\n'),
    'Content-Length below zero': () => post('', 'Content-Length: -1\r\n'),
    'Content-Length past 64 bits': () => post('', 'Content-Length: 99999999999999999999999\r\n'),
    'an empty Content-Length': () => post('', 'Content-Length: \r\n'),
    'a space before the colon': () => get('/v1/balance', 'X-Header : 1\r\n'),
    'a folded header': () => get('/v1/balance', 'X-Header: 1\r\n  more\r\n'),
    'NUL in a header': () => get('/v1/balance', 'X-Header: a\0b\r\n'),
    'NUL in the path': () => get('/v1/bal\0ance'),
    'a bare LF after the request line': () => `GET /v1/balance HTTP/1.1\n${head}\r\n`,
    'bare LFs throughout': () => get().replaceAll('\r\n', '\n'),
    'a bare CR in a header': () => get('/v1/balance', 'X-Header: a\rb\r\n'),
    'an unknown transfer coding': () => post('', 'Transfer-Encoding: gzip\r\n'),
    'chunked that is not last': () => post('', 'Transfer-Encoding: chunked, identity\r\n'),
    'a chunk size of letters': () => post('zz\r\n\r\n', 'Transfer-Encoding: chunked\r\n'),
    'a chunk longer than it says': () => post('2\r\nabcd\r\n0\r\n\r\n', 'Transfer-Encoding: chunked\r\n'),
    'a chunk size past 64 bits': () => post('fffffffffffffffff\r\n', 'Transfer-Encoding: chunked\r\n'),
    'no request at all': () => 'hello there\r\n\r\n',
    'a method of our own': () => `FETCH /v1/balance HTTP/1.1\r\n${head}\r\n`,
    'TLS bytes': () => '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
    'a space in the path': () => get('/v1/bal ance'),
    'two Host headers': () => get('/v1/balance', 'Host: other.example.com\r\n'),
    'no Host header': () => `GET /v1/balance HTTP/1.1\r\nAuthorization: Bearer ${s.server.secretKey}\r\n\r\n`,
    'Transfer-Encoding twice': () => post('0\r\n\r\n', 'Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n'),
    'Transfer-Encoding twice, one of them nothing': () => post('0\r\n\r\n', 'Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n'),
    'a transfer coding that only looks like chunked': () => post('0\r\n\r\n', 'Transfer-Encoding: xchunked\r\n'),
    'chunked with a vertical tab': () => post('0\r\n\r\n', 'Transfer-Encoding: \x0bchunked\r\n'),
    'chunked with a parameter': () => post('0\r\n\r\n', 'Transfer-Encoding: chunked;q=1\r\n'),
    'chunked in HTTP/1.0': () => post('0\r\n\r\n', 'Transfer-Encoding: chunked\r\n').replace('HTTP/1.1', 'HTTP/1.0'),
    'a tab before the colon of Transfer-Encoding': () => post('0\r\n\r\n', 'Transfer-Encoding\t: chunked\r\n'),
    'a folded Transfer-Encoding': () => post('0\r\n\r\n', 'Transfer-Encoding:\r\n chunked\r\n'),
    'a Content-Length with a blank inside': () => post('name=A', 'Content-Length: 6 6\r\n'),
    'a Content-Length in other digits': () => post('name=A', 'Content-Length: \xb6\r\n'),
    'a bare LF after a chunk size': () => post('5\nname=\r\n0\r\n\r\n', 'Transfer-Encoding: chunked\r\n'),
    'a bare LF behind the last chunk': () => post('5\r\nname=\r\n0\n\n', 'Transfer-Encoding: chunked\r\n'),
    'a bare CR after a chunk size': () => post('5\rname=\r\n0\r\n\r\n', 'Transfer-Encoding: chunked\r\n'),
    'NUL in a chunk size': () => post('5\0\r\nname=\r\n0\r\n\r\n', 'Transfer-Encoding: chunked\r\n'),
    'a chunk size below zero': () => post('-1\r\n\r\n', 'Transfer-Encoding: chunked\r\n'),
    'a chunk size as C writes it': () => post('0x5\r\nname=\r\n0\r\n\r\n', 'Transfer-Encoding: chunked\r\n'),
    'NUL in a header\'s name': () => get('/v1/balance', 'X-He\0ader: 1\r\n'),
    'a header without a name': () => get('/v1/balance', ': 1\r\n'),
    'a line that is no header': () => get('/v1/balance', 'nothing at all\r\n'),
    'a first header line that begins with a blank': () => `GET /v1/balance HTTP/1.1\r\n X: 1\r\n${head}\r\n`,
    'a target without a slash': () => get('v1/balance'),
    'an authority for a target': () => `CONNECT 127.0.0.1:443 HTTP/1.1\r\n${head}\r\n`,
    'HTTP/0.9': () => 'GET /live\r\n',
    'the preface of HTTP/2': () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    'HTTP/3.0 in words': () => `GET /v1/balance HTTP/3.0\r\n${head}\r\n`,
  };
  for (const [name, text] of Object.entries(FORGED)) {
    s.test(`${name} is refused and the connection closed`, async () => {
      const before = await count();
      await talk(text() + get('/smuggled'), async (connection) => {
        await connection.end();
        const answers = await connection.answers(1);
        assert.ok(answers.length <= 1, `${answers.length} answers`);
        answers.forEach(({ status }) => assert.ok([400, 405, 501, 505].includes(status), String(status)));
        assert.ok(!connection.heard.includes('/smuggled'));
      });
      assert.equal(await count(), before, 'nothing was made');
    });
  }

  s.test('two Content-Length that agree are one, or refused', async () => {
    await talk(post('name=A', 'Content-Length: 6\r\nContent-Length: 6\r\n'), async (connection) => {
      assert.ok([200, 400].includes((await connection.answers(1))[0].status));
    });
  });

  s.test('headers past 32 KiB are 431, though they never end', async () => {
    await talk(`GET /live HTTP/1.1\r\n${head}`, async (connection) => {
      for (let i = 0; i < 40; i += 1) connection.send(`X-${i}: ${'x'.repeat(1000)}\r\n`);
      assert.equal((await connection.answers(1))[0].status, 431);
      await connection.end();
    });
  });

  s.test('a URL past 8 KiB is 414, though it never ends', async () => {
    await talk(`GET /${'x'.repeat(64 * 1024)}`, async (connection) => {
      assert.ok([414, 431].includes((await connection.answers(1))[0].status));
      await connection.end();
    });
  });

  /* Each is refused while it is being sent, though it never ends, and the connection closed. */
  const OVERSIZED = {
    'one header line without an end': [() => `GET /live HTTP/1.1\r\n${head}X: `, 'x'.repeat(4096), [431]],
    'more header lines than there may be': [() => `GET /live HTTP/1.1\r\n${head}`, 'a: b\r\n', [431]],
    'a method without an end': [() => '', 'G'.repeat(1000), [400, 414, 501]],
    'a chunk size of leading zeros': [() => post('', 'Transfer-Encoding: chunked\r\n'), '0'.repeat(4096), [400, 413, 431]],
    'a chunk extension without an end': [() => post('5;x=', 'Transfer-Encoding: chunked\r\n'), 'y'.repeat(65536), [400, 413, 431]],
    'trailers without an end': [() => post('0\r\n', 'Transfer-Encoding: chunked\r\n'), `T: ${'t'.repeat(1000)}\r\n`, [400, 413, 431]],
    'chunks of one byte without an end': [() => post('', 'Transfer-Encoding: chunked\r\n'), '1\r\nx\r\n'.repeat(10000), [413]],
  };
  for (const [name, [begin, more, statuses]] of Object.entries(OVERSIZED)) {
    s.test(`${name} is refused`, async () => {
      await talk(begin(), async (connection) => {
        for (let sent = 0; sent < 12 * 1024 * 1024 && connection.heard === '' && !connection.closed; sent += more.length * 20) {
          connection.send(more.repeat(20));
          await new Promise((resolve) => setImmediate(resolve));
        }
        const [answer] = await connection.answers(1);
        assert.ok(statuses.includes(answer.status), String(answer.status));
        await connection.end();
      });
    });
  }

  s.test('a thousand parameters are taken, one more is not', async () => {
    const body = (count) => Array.from({ length: count }, (_, i) => `metadata[k${i % 40}]=v`).join('&');
    for (const [count, status] of [[1000, 200], [1001, 400]]) {
      const text = body(count);
      await talk(post(text, `Content-Length: ${text.length}\r\n`), async (connection) => {
        assert.equal((await connection.answers(1))[0].status, status, `${count} parameters`);
      });
    }
  });

  s.test('NUL in a body is a fault of its parameter', async () => {
    for (const text of ['name=a%00b', 'name=a\0b', 'na\0me=a']) {
      await talk(post(text, `Content-Length: ${text.length}\r\n`), async (connection) => {
        assert.equal((await connection.answers(1))[0].status, 400);
      });
    }
  });

  s.test('a body that holds a request is a body', async () => {
    const inner = get('/smuggled');
    const before = await count();
    await talk(post(inner, `Content-Length: ${inner.length}\r\n`) + get('/live'), async (connection) => {
      const answers = await connection.answers(2);
      assert.deepEqual(answers.map(({ status }) => status), [400, 200]);
    });
    assert.equal(await count(), before);
  });

  s.test('a request behind one that is refused is not read', async () => {
    await talk(get('/live') + get('/v1/balance', 'X: a\0b\r\n') + post('name=Behind', 'Content-Length: 11\r\n'), async (connection) => {
      await connection.end();
      assert.deepEqual((await connection.answers(2)).map(({ status }) => status), [200, 400]);
    });
    const { data } = await s.stripe.customers.list({ limit: 100 });
    assert.ok(!data.some(({ name }) => name === 'Behind'));
  });

  s.test('a request behind Connection: close is not read', async () => {
    await talk(get('/live', 'Connection: close\r\n') + get('/live'), async (connection) => {
      await connection.end();
      assert.equal((await connection.answers(1)).length, 1);
    });
  });

  s.test('both halves of a connection closed between two answers', async () => {
    await talk(get('/live') + get('/v1/balance') + post('name=Last', 'Content-Length: 9\r\n'), async (connection) => {
      connection.halfClose();
      await connection.end();
      assert.deepEqual((await connection.answers(3)).map(({ status }) => status), [200, 200, 200]);
    });
  });

  s.test('a reset in the middle of an answer harms nobody', async () => {
    for (let i = 0; i < 20; i += 1) {
      await talk(get('/openapi.json').repeat(3), async (connection) => { connection.socket.resetAndDestroy(); });
    }
    assert.equal((await s.get('/live')).status, 200);
  });

  s.test('a client that closes its half still gets its answer', async () => {
    await talk(post('name=Half', 'Content-Length: 9\r\nConnection: close\r\n'), async (connection) => {
      connection.halfClose();
      const [answer] = await connection.answers(1);
      assert.equal(answer.status, 200);
      await connection.end();
    });
  });

  s.test('a client that closes its half in the middle of a body makes nothing', async () => {
    const before = await count();
    await talk(post('name=H', 'Content-Length: 900\r\n'), async (connection) => {
      connection.halfClose();
      await connection.end();
    });
    assert.equal(await count(), before);
  });

  s.test('a client that goes away has written all the same', async () => {
    await s.post('/v1/test_helpers/simulator', { latency_ms: 300 });
    const body = 'amount=777&currency=usd&payment_method=pm_card_visa&confirm=true&return_url=https%3A%2F%2Fexample.com';
    await talk(`POST /v1/payment_intents HTTP/1.1\r\n${head}Content-Type: application/x-www-form-urlencoded\r\nIdempotency-Key: gone-away\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      () => until('the payment has begun', async () =>
        (await s.stripe.paymentIntents.list({ limit: 3 })).data.some(({ amount }) => amount === 777)));
    await s.post('/v1/test_helpers/simulator', { latency_ms: 0 });
    await until('the payment of the one who went away', async () =>
      (await s.stripe.paymentIntents.list({ limit: 3 })).data.some(({ amount, status }) => amount === 777 && status === 'succeeded'));
  });

  s.test('Connection: close is honoured, HTTP/1.0 closes by itself', async () => {
    await talk(get('/live', 'Connection: close\r\n'), async (connection) => {
      assert.equal((await connection.answers(1))[0].status, 200);
      await connection.end();
    });
    await talk(`GET /live HTTP/1.0\r\n${head}\r\n`, async (connection) => {
      assert.equal((await connection.answers(1))[0].status, 200);
      await connection.end();
    });
  });

  s.test('after all of that the server is well', async () => {
    assert.equal((await s.get('/ready')).status, 200);
  });
});
