/*
 * program.js: where the build is, and running the program's commands.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const { spawn } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const repository = path.resolve(__dirname, '../../..');
const build = path.resolve(repository, process.env.STRIPE_LITE_BUILD || 'build/debug');
const program = path.join(build, 'stripe-lite');

/* Whether a sanitizer watches the build: it takes crashes for itself, and memory is another matter. */
function isSanitized() {
  const options = JSON.parse(fs.readFileSync(path.join(build, 'meson-info/intro-buildoptions.json'), 'utf8'));
  return options.find(({ name }) => name === 'b_sanitize').value !== 'none';
}

/* The names of the plugins that come with the build, as settings list them. */
function bundledPlugins() {
  return fs.readdirSync(path.join(build, 'plugins')).filter((name) => name.endsWith('.so')).map((name) => path.basename(name, '.so')).sort();
}

/* Settings of the caller's shell must not reach a server under test. */
function cleanEnvironment(extra) {
  const kept = Object.entries(process.env).filter(([name]) =>
    !/^(STRIPE_|PAYPAL_|DATABASE_URL$|NODE_TEST|NODE_OPTIONS$)/.test(name));
  return { ...Object.fromEntries(kept), ...extra };
}

/* Runs a command to its end: {code, signal, stdout, stderr}. Never throws for the command's own no. */
function run(file, words, { cwd, env, input, seconds = 60 } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, words, { cwd, env, stdio: ['pipe', 'pipe', 'pipe'], timeout: seconds * 1000 });
    const out = [];
    const err = [];
    child.stdout.on('data', (chunk) => out.push(chunk));
    child.stderr.on('data', (chunk) => err.push(chunk));
    child.on('error', reject);
    child.on('close', (code, signal) =>
      resolve({ code, signal, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() }));
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}

/* As run, but a failure is thrown with what the command said. */
async function mustRun(file, words, options) {
  const result = await run(file, words, options);
  if (result.code !== 0) {
    throw new Error(`${path.basename(file)} ${words.join(' ')} ended with ${result.code ?? result.signal}:\n${result.stderr}${result.stdout}`);
  }
  return result;
}

module.exports = { repository, build, program, isSanitized, bundledPlugins, cleanEnvironment, run, mustRun };
