/*
 * guides.test.js: the guides, followed as they stand: in an empty folder, with an installed Stripe_lite, from the first command to the
 * last. Only ports are others than the document's, and the database is the suite's.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const { describe, test } = require('node:test');
const { newDatabase } = require('./support/database');
const { isGuide, scriptOf } = require('./support/guide');
const { installation } = require('./support/installation');
const { repository, run } = require('./support/program');

const docs = path.join(repository, 'docs');
const guides = fs.readdirSync(docs).filter((name) => name.endsWith('.md') && isGuide(path.join(docs, name)));

/* As many ports as asked for that nobody has at the moment. */
async function freePorts(count) {
  const servers = await Promise.all(Array.from({ length: count }, () => new Promise((resolve) => {
    const server = net.createServer().listen(0, '127.0.0.1', () => resolve(server));
  })));
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((resolve) => { server.close(resolve); })));
  return ports;
}

/* What the document started and did not end is ended with the shell. */
const KEPT = 'trap \'kill $(jobs -p) 2>/dev/null || true\' EXIT\n';

describe('guides', () => {
  test('there are some', () => assert.ok(guides.includes('gateway_adapter.md')));

  for (const name of guides) {
    test(`docs/${name}`, async (t) => {
      const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'guide_'));
      t.after(() => fs.rmSync(folder, { recursive: true, force: true }));
      const { env } = await installation(path.join(folder, 'installed'));
      const database = newDatabase(folder);
      await database.create();
      t.after(() => database.drop());
      const [port, other] = await freePorts(2);
      const work = path.join(folder, 'work');
      fs.mkdirSync(work);
      const script = KEPT + scriptOf(path.join(docs, name), (text) => text.replaceAll('8000', port).replaceAll('9100', other));
      const { code, stdout, stderr } = await run('bash', ['-s'], {
        cwd: work, input: script, seconds: 120,
        env: { ...env, STRIPE_LITE_PORT: String(port), STRIPE_LITE_DATABASE_URL: database.url, NODE_PATH: path.join(repository, 'node_modules') },
      });
      assert.equal(code, 0, `${stderr.slice(-6000)}\n${stdout.slice(-6000)}`);
      assert.doesNotMatch(stdout, /not ok/);
    });
  }
});
