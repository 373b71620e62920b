/*
 * installation.js: the build, installed into a folder of its own, and an environment in which it is the one that is found.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { build, cleanEnvironment, mustRun } = require('./program');

/* {prefix, env, plugins, templates}: `env` finds program, library and package there. */
async function installation(root) {
  await mustRun('meson', ['install', '-C', build, '--no-rebuild', '--quiet', '--destdir', root], { seconds: 120 });
  const found = (name) => path.join(root, fs.readdirSync(root, { recursive: true }).find((one) => path.basename(one) === name));
  const program = found('stripe-lite');
  const prefix = path.dirname(path.dirname(program));
  const description = found('stripe_lite.pc');
  const text = fs.readFileSync(description, 'utf8');
  assert.match(text, /^prefix=/m);
  fs.writeFileSync(description, text.replace(/^prefix=.*$/m, `prefix=${prefix}`));
  const env = cleanEnvironment({
    PATH: `${path.dirname(program)}:${process.env.PATH}`,
    PKG_CONFIG_PATH: path.dirname(description),
    LD_LIBRARY_PATH: path.dirname(found('libstripe_lite.so.1')),
  });
  return { prefix, env, plugins: path.dirname(found('customers.so')), templates: path.join(prefix, 'share/stripe_lite/template') };
}

module.exports = { installation };
