/*
 * strikes.js: arming a fault, sending load until it strikes, and looking after the process it struck.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { setTimeout: pause } = require('node:timers/promises');
const { until } = require('../integration/support/poll');

const PATIENCE = 40 * 1000;
const AGAIN = 2 * 1000; /* when nothing came by, more load is sent */
/* With --long a stopped process misses its attempt's recovery by another. */
const STANDS_STILL_MS = process.env.STRIPE_LITE_TEST_LONG ? 9000 : 100;

const state = (pid) => {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat[stat.lastIndexOf(')') + 2];
  } catch {
    return null;
  }
};

/* A stopped process stands still for a moment, then goes on. */
async function goOn(pid) {
  await until(`process ${pid} stands still`, () => state(pid) === 'T');
  await pause(STANDS_STILL_MS);
  process.kill(pid, 'SIGCONT');
}

/* Written beside and moved there: a process that comes by finds all of it. */
function arm(folder, point, action) {
  const file = path.join(folder, `.${point}`);
  fs.writeFileSync(file, action);
  fs.renameSync(file, path.join(folder, point));
}

class Strikes {
  constructor(s, folder) {
    this.s = s;
    this.folder = folder;
  }

  none() {
    const left = fs.readdirSync(this.folder);
    assert.deepEqual(left, []);
  }

  /* What the server has said of this point since `from`. */
  struck(point, action, from) {
    for (const [, name, what, pid] of this.s.server.log.slice(from).matchAll(/^fault: (.*) (\w+) (\d+)$/mg)) {
      if (what === action && (name === point || name.split('@')[0] === point)) return { process: Number(pid) };
    }
    return null;
  }

  /* Makes the server come by: requests, and for a worker's start and end fresh workers (refused while the last ones come up). */
  nudge(point, load, flow) {
    if (point.startsWith('worker.')) this.s.server.child.kill('SIGHUP');
    load.begin(flow);
  }

  /* One fault, from being armed to having struck: {process}. */
  async await({ point, action, needs }, load, flows) {
    const from = this.s.server.log.length;
    const end = Date.now() + PATIENCE;
    arm(this.folder, point, action);
    for (let turn = 0; ; turn += 1) {
      /* Something else may have come by and taken what leads there. */
      for (const one of needs) arm(this.folder, one, 'error');
      this.nudge(point, load, flows[turn % flows.length]);
      for (const next = Date.now() + AGAIN; Date.now() < next;) {
        const struck = this.struck(point, action, from);
        if (struck) {
          for (const one of needs) fs.rmSync(path.join(this.folder, one), { force: true });
          return struck;
        }
        if (load.failure) throw load.failure;
        await pause(5);
      }
      assert.ok(Date.now() < end, `${point} was not passed`);
    }
  }

  /* What stands as running ends its lease, as half a minute would do; who runs it loses it. */
  async leasesEnd() {
    if (process.env.STRIPE_LITE_TEST_LONG) return;
    await this.s.server.database.change("UPDATE jobs SET run_at = 0 WHERE state = 'running'");
    await this.s.server.database.change('UPDATE webhook_deliveries SET due = 0 WHERE holder IS NOT NULL');
  }

  /* A killed worker is gone, and the master has put another in its place. */
  async comesBack(pid) {
    await until(`process ${pid} is gone`, () => state(pid) === null || state(pid) === 'Z');
    await this.ready();
  }

  ready() {
    const { server } = this.s;
    return until('the server is ready', async () => (await server.readiness()) === 200, 30);
  }

  async goesOn(pid) {
    await goOn(pid);
    await this.ready();
  }
}

module.exports = { Strikes, arm, goOn };
