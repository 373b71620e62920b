/*
 * poll.js: waiting for a condition, with a deadline.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const { setTimeout: pause } = require('node:timers/promises');

/* Asks until `probe` gives something truthy and returns it; after `seconds` fails with `what` and the last answer. */
async function until(what, probe, seconds = 10) {
  const deadline = Date.now() + seconds * 1000;
  let last;
  for (;;) {
    try {
      last = await probe();
      if (last) return last;
    } catch (error) {
      last = error;
    }
    if (Date.now() > deadline) {
      const seen = last instanceof Error ? last.message : JSON.stringify(last);
      throw new Error(`${what}: still not so after ${seconds} s (last: ${seen})`);
    }
    await pause(20);
  }
}

module.exports = { until };
