/*
 * sdk_python.test.js: the same life as sdk_life.test.js, lived by the SDK for Python that Debian ships.
 *
 * The tests themselves are sdk_life.py; here they get a server, and a door that checks every answer.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const path = require('node:path');
const { run, cleanEnvironment } = require('./support/program');
const { observedDoor } = require('./support/proxy');
const { suite } = require('./support/suite');

suite('the SDK for Python', {}, (s) => {
  s.test('lives the life of a payment', async (t) => {
    const door = await observedDoor(s.server, s.observer.see);
    try {
      const { code, stdout, stderr } = await run('/usr/bin/python3', [path.join(__dirname, 'sdk_life.py')], {
        env: cleanEnvironment({ STRIPE_LITE_URL: door.url, STRIPE_LITE_KEY: s.server.secretKey, PYTHONDONTWRITEBYTECODE: '1' }),
        seconds: 180,
      });
      t.diagnostic(stderr.slice(-4000));
      assert.equal(code, 0, `sdk_life.py ended with ${code}\n${stdout}${stderr}`);
      assert.match(stderr, /^Ran \d+ tests/m);
    } finally {
      await door.close();
    }
  });
});
