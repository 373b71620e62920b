/*
 * server.js: a Stripe_lite of its own for a test: settings and a database in a folder that goes with it, a port that the system
 * chooses, and the plugins that come with it beside the one under test.
 *
 * STRIPE_LITE names the program (else that of STRIPE_LITE_BUILD, else the one on the path), STRIPE_LITE_PLUGIN the plugin's file.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const { execFileSync, spawn } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { STRIPE_LITE_BUILD: build } = process.env;
const program = process.env.STRIPE_LITE || (build ? path.join(build, 'stripe-lite') : 'stripe-lite');
const KEY = 'sk_test_of_this_test_alone';
/* Nothing of the caller's own server. */
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(STRIPE_|DATABASE_URL$)/.test(name)));

class Server {
  constructor(name, options) {
    this.folder = fs.mkdtempSync(path.join(os.tmpdir(), `${name}_`));
    this.log = '';
    const file = process.env.STRIPE_LITE_PLUGIN || path.join(build, 'plugins', `${name}.so`);
    const listed = JSON.parse(execFileSync(program, ['plugins', 'list', '--json'], { cwd: this.folder, env: environment }));
    const bundled = listed.map((one) => one.name).filter((one) => one !== name);
    const settings = { /* JSON is YAML too */
      environment: 'test',
      database: { url: `sqlite:///${this.folder}/test.db` },
      auth: { secret_key: KEY },
      log: { level: 'debug', format: 'json' },
      plugins: [...bundled, { name, path: file, required: true, settings: options }],
    };
    fs.writeFileSync(path.join(this.folder, 'settings.yaml'), JSON.stringify(settings));
  }

  start() {
    this.child = spawn(program, ['--config', 'settings.yaml', 'serve', '--port', '0'], { cwd: this.folder, env: environment });
    this.ended = new Promise((resolve) => { this.child.on('close', (code, signal) => resolve(code ?? signal)); });
    return new Promise((resolve, reject) => {
      const hear = (chunk) => {
        this.log += chunk;
        this.url = this.url || (this.log.match(/listening on (http:\/\/[^\s"]+)/) || [])[1];
        if (this.url) resolve(this);
      };
      this.child.stdout.on('data', hear);
      this.child.stderr.on('data', hear);
      this.ended.then((code) => reject(new Error(`the server ended with ${code}\n${this.log}`)));
    });
  }

  /* A form to /v1, JSON elsewhere: {status, body}. */
  async request(method, target, fields, headers) {
    const form = target.startsWith('/v1/');
    const answer = await fetch(this.url + target, {
      method,
      headers: { Authorization: `Bearer ${KEY}`, 'Content-Type': form ? 'application/x-www-form-urlencoded' : 'application/json', ...headers },
      body: fields && (form ? new URLSearchParams(fields).toString() : JSON.stringify(fields)),
    });
    return { status: answer.status, body: await answer.json() };
  }

  get(target) { return this.request('GET', target); }

  post(target, fields, headers) { return this.request('POST', target, fields, headers); }

  /* The exit code of a server that was asked to end. */
  async stop() {
    this.child.kill('SIGTERM');
    const code = await this.ended;
    fs.rmSync(this.folder, { recursive: true, force: true });
    return code;
  }
}

module.exports = { start: (name, options) => new Server(name, options).start() };
