/*
 * plugin_outside.test.js: a plugin built outside the tree, against the installed package alone, and enabled as docs/plugins.md
 * shows it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { answered } = require('./support/expect');
const { installation } = require('./support/installation');
const { until } = require('./support/poll');
const { mustRun, repository } = require('./support/program');
const { suite } = require('./support/suite');

const outside = fs.mkdtempSync(path.join(os.tmpdir(), 'stripe_lite_outside_'));
const plugin = path.join(outside, 'hello.so');
process.on('exit', () => fs.rmSync(outside, { recursive: true, force: true }));

/* Compiles sdk/examples/hello with what was installed. */
async function prepare({ env }) {
  const folder = path.join(outside, 'hello');
  fs.cpSync(path.join(repository, 'sdk/examples/hello'), folder, { recursive: true });
  const sources = fs.readdirSync(folder).filter((name) => name.endsWith('.c'));
  assert.ok(sources.length > 0);
  const { stdout } = await mustRun('pkg-config', ['--cflags', '--libs', 'stripe_lite'], { env });
  const flags = stdout.trim().split(/\s+/);
  assert.ok(!flags.some((flag) => flag.includes(repository)), `the flags lead into the tree: ${stdout}`);
  await mustRun('cc', ['-shared', '-fPIC', '-std=c17', '-Wall', '-Wextra', '-Werror', '-o', plugin, ...sources, ...flags], { cwd: folder });
}

/* The settings that a document shows, with the plugin where it was built. */
function shownSettings(document) {
  const [, text] = fs.readFileSync(path.join(repository, document), 'utf8').match(/^```yaml\n(plugins:\n[\s\S]*?)^```/m);
  assert.match(text, /\/opt\/acme\/hello\.so/);
  return text.replace('/opt/acme/hello.so', plugin);
}

let installed;
const options = { env: {}, before: async () => {
  installed = await installation(path.join(outside, 'root'));
  await prepare(installed);
  options.binary = path.join(installed.prefix, 'bin/stripe-lite');
  options.env.LD_LIBRARY_PATH = installed.env.LD_LIBRARY_PATH;
  options.config = shownSettings('docs/plugins.md');
} };

suite('a plugin from outside', options, (s) => {
  s.test('is listed and loaded', async () => {
    const listed = JSON.parse(await s.server.mustCommand('plugins', 'list', '--json'));
    const entry = (Array.isArray(listed) ? listed : listed.plugins).find(({ name }) => name === 'hello');
    assert.ok(entry, JSON.stringify(listed));
    assert.deepEqual(listed.filter(({ loaded }) => !loaded), []);
    const bundled = fs.readdirSync(installed.plugins).filter((name) => name.endsWith('.so'));
    assert.equal(listed.length, bundled.length + 1, 'the document keeps all that are bundled');
    assert.equal(shownSettings('sdk/examples/hello/README.md'), options.config);
  });

  s.test('passes the check', async () => {
    const { code, stdout, stderr } = await s.server.command('plugin', 'check', plugin);
    assert.equal(code, 0, stdout + stderr);
  });

  s.test('its route answers, checks its parameters, and is in the documents', async () => {
    assert.deepEqual(answered(await s.get('/hello?name=Ada', { key: null }), 200), { message: 'Hello, Ada' });
    assert.equal((await s.get('/hello', { key: null })).status, 422);
    assert.ok(answered(await s.get('/openapi.json'), 200).paths['/hello']);
  });

  s.test('its event handler is called', async () => {
    const { customer } = answered(await s.post('/customers', { name: 'Ada', email: 'ada@example.com' }), 200);
    await until('the handler has told of the customer', () =>
      s.server.log.split('\n').some((line) => line.includes('hello') && line.includes(customer.id)));
  });
});

/* The same build without the three lines: the route is not there. */
suite('without it', {}, (s) => {
  s.test('there is no such route', async () => {
    answered(await s.get('/hello?name=Ada', { key: null }), 404);
  });
});
