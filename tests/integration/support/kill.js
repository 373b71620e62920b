/*
 * kill.js: ending a server's processes the hard way, by their ids.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const fs = require('node:fs');
const { until } = require('./poll');

/* The processes whose parent is `pid`. */
function childrenOf(pid) {
  return fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name)).filter((name) => {
    try {
      const stat = fs.readFileSync(`/proc/${name}/stat`, 'utf8');
      return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === pid;
    } catch {
      return false;
    }
  }).map(Number);
}

function kill(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

/* One worker, any; the master starts another in its place. */
async function killWorker(server) {
  const workers = await until('the server has a worker', () => {
    const found = childrenOf(server.child.pid);
    return found.length > 0 && found;
  });
  kill(workers[Math.floor(Math.random() * workers.length)]);
}

/* Master and workers at once; then it is started again, on another port. */
async function killServer(server) {
  const workers = childrenOf(server.child.pid);
  server.child.kill('SIGKILL');
  workers.forEach(kill);
  await server.ended;
  await server.start();
}

module.exports = { childrenOf, killWorker, killServer };
