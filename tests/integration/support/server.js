/*
 * server.js: one server under test, as a process with a folder, a database, keys and a log of its own.
 *
 * Started on an ephemeral port, ended by its process id. Nothing of the caller's environment that concerns the server
 * reaches it. The log (stdout and stderr) is kept whole: it is shown when a test fails and searched for secrets.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const { spawn } = require('node:child_process');
const crypto = require('node:crypto');
const fs = require('node:fs');
const http = require('node:http');
const https = require('node:https');
const os = require('node:os');
const path = require('node:path');
const { newDatabase } = require('./database');
const { until } = require('./poll');
const { program, cleanEnvironment, run, mustRun } = require('./program');

const random = (bytes = 12) => crypto.randomBytes(bytes).toString('hex');

class Server {
  /*
   * env: further settings (undefined removes one); config: text of a YAML file; binary: another program than the build's;
   * postgres: another database server than the environment's; serve: further words for `serve`; ca: whom to trust over TLS.
   */
  constructor({ env = {}, config, binary = program, postgres, serve = [], ca } = {}) {
    this.folder = fs.mkdtempSync(path.join(os.tmpdir(), 'stripe_lite_test_'));
    this.database = newDatabase(this.folder, postgres);
    this.binary = binary;
    this.serveWords = serve;
    this.ca = ca;
    this.secretKey = `sk_test_${random()}`;
    this.publishableKey = `pk_test_${random()}`;
    this.jwtSecret = random(32);
    this.liteSecret = `whsec_${random()}`;
    this.stripeSecret = `whsec_${random()}`;
    this.encryptionKey = random(32);
    this.madeKeys = [];
    this.log = '';
    this.words = config === undefined ? [] : ['--config', this.writeConfig(config)];
    this.env = cleanEnvironment({
      STRIPE_LITE_ENVIRONMENT: 'test',
      STRIPE_LITE_DATABASE_URL: this.database.url,
      STRIPE_LITE_SECRET_KEY: this.secretKey,
      STRIPE_LITE_PUBLISHABLE_KEY: this.publishableKey,
      STRIPE_LITE_JWT_SECRET: this.jwtSecret,
      STRIPE_LITE_WEBHOOK_SECRET: this.liteSecret,
      STRIPE_WEBHOOK_SECRET: this.stripeSecret,
      STRIPE_LITE_ENCRYPTION_KEY: this.encryptionKey,
      STRIPE_LITE_RATE_LIMIT: '0',
      STRIPE_LITE_LOG_FORMAT: 'json',
      ...env,
    });
    for (const name of Object.keys(this.env)) if (this.env[name] === undefined) delete this.env[name];
  }

  writeConfig(text) {
    const file = path.join(this.folder, 'stripe_lite.yaml');
    fs.writeFileSync(file, text);
    return file;
  }

  /* Another server with the same settings on the same database, started. */
  async sibling() {
    const other = new Server();
    Object.assign(other, { database: this.database, env: { ...this.env }, words: this.words, binary: this.binary, secretKey: this.secretKey });
    await other.start();
    return other;
  }

  async create() {
    if (!fs.existsSync(this.binary)) {
      throw new Error(`There is no program at ${this.binary}; build it, or set STRIPE_LITE_BUILD to the build folder.`);
    }
    await this.database.create();
    await this.start();
  }

  async start() {
    const child = spawn(this.binary, [...this.words, 'serve', '--port', '0', ...this.serveWords], {
      cwd: this.folder, env: this.env, stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child = child;
    this.url = null;
    let heard = '';
    const listen = (chunk) => {
      this.log += chunk;
      if (this.url) return;
      heard += chunk;
      const found = heard.match(/listening on (https?:\/\/[^\s"\\]+:\d+)/);
      if (found) this.url = new URL(found[1]);
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    this.ended = new Promise((resolve) => {
      child.on('close', (code, signal) => resolve({ code, signal }));
    });
    child.on('error', (error) => { this.log += `${error}\n`; });
    await this.waitReady();
  }

  async waitReady() {
    await until('the server answers /ready with 200', async () => {
      if (this.child.exitCode !== null || this.child.signalCode !== null) {
        throw new Error(`the server ended (${this.child.exitCode ?? this.child.signalCode})\n${this.log}`);
      }
      return this.url && (await this.readiness()) === 200;
    }, 30).catch((error) => {
      throw new Error(`${error.message}\n${this.log}`);
    });
  }

  readiness() {
    const { get } = this.url.protocol === 'https:' ? https : http;
    return new Promise((resolve, reject) => {
      const request = get(new URL('/ready', this.url), { ca: this.ca, agent: false }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      request.on('error', reject);
    });
  }

  /* Process ids of what the master has forked. */
  workers() {
    const { pid } = this.child;
    const text = fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    return text === '' ? [] : text.split(' ').map(Number);
  }

  get host() { return this.url.hostname; }

  get port() { return Number(this.url.port); }

  /* Sends a signal and waits for the end; one that does not come within `seconds` is killed and told as such. */
  async end(signal, seconds) {
    this.child.kill(signal);
    let timer;
    const late = new Promise((resolve) => {
      timer = setTimeout(() => resolve({ code: null, signal: `no exit within ${seconds} s of ${signal}` }), seconds * 1000);
    });
    const result = await Promise.race([this.ended, late]);
    clearTimeout(timer);
    if (this.child.exitCode === null && this.child.signalCode === null) {
      this.child.kill('SIGKILL');
      await this.ended;
    }
    return result;
  }

  stop() { return this.end('SIGTERM', 35); }

  async kill9() { await this.end('SIGKILL', 10); }

  async restart() {
    const { code, signal } = await this.stop();
    if (code !== 0) throw new Error(`SIGTERM ended the server with ${code ?? signal}, wanted 0`);
    await this.start();
  }

  /* A command of the program with the server's settings: {code, stdout, stderr}. */
  command(...words) {
    return run(this.binary, [...this.words, ...words], { cwd: this.folder, env: this.env });
  }

  async mustCommand(...words) {
    return (await mustRun(this.binary, [...this.words, ...words], { cwd: this.folder, env: this.env })).stdout;
  }

  /* A key made by the command line: role, account, scope (array) as its flags say. */
  async makeKey({ role, account, scope = [] } = {}) {
    const words = ['keys', 'create'];
    if (role) words.push('--role', role);
    if (account) words.push('--account', account);
    for (const one of scope) words.push('--scope', one);
    const key = (await this.mustCommand(...words)).trim();
    if (!/^(sk|rk)_test_\S+$/.test(key)) throw new Error(`keys create printed ${JSON.stringify(key)}, wanted a key alone`);
    this.madeKeys.push(key);
    return key;
  }

  /* The route table, as the program lists it. */
  async routes() {
    const table = JSON.parse(await this.mustCommand('routes', '--json'));
    return Array.isArray(table) ? table : table.routes;
  }

  secrets() {
    return [this.secretKey, this.jwtSecret, this.liteSecret, this.stripeSecret, this.encryptionKey, ...this.madeKeys];
  }

  async remove() {
    await this.database.drop();
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}

module.exports = { Server, random };
