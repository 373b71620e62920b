/*
 * memory.js: searches the memory of a running process from outside, through /proc.
 *
 * All that the process may write to is looked at: heap, stacks of threads and fibers, static data. Needs the right to trace the
 * process, which root has and, on most systems, the parent.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const fs = require('node:fs');

const PIECE = 4 * 1024 * 1024;

/* What may be read and written, as {from, to, name}; the shadow of a sanitizer holds nothing of a text. */
function regions(pid) {
  return fs.readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n').flatMap((line) => {
    const found = line.match(/^([0-9a-f]+)-([0-9a-f]+) rw\S+ \S+ \S+ \d+ *(.*)$/);
    if (!found) return [];
    const [from, to] = [BigInt(`0x${found[1]}`), BigInt(`0x${found[2]}`)];
    return to - from > 1n << 32n ? [] : [{ from, to, name: found[3] }];
  });
}

/* Pages of a region that the process has touched: what /proc/PID/pagemap says is there or in swap. */
function* touched(pagemap, { from, to }) {
  const page = 4096n;
  const words = Buffer.alloc(Number((to - from) / page) * 8);
  const count = fs.readSync(pagemap, words, 0, words.length, from / page * 8n);
  let start = null;
  for (let i = 0; i * 8 < count; i += 1) {
    const there = (words[i * 8 + 7] & 0xc0) !== 0;
    if (there && start === null) start = i;
    if (start !== null && (!there || (i + 1) * 8 >= count || (i - start) * 4096 >= PIECE)) {
      yield { from: from + BigInt(start) * page, to: from + BigInt(there ? i + 1 : i) * page };
      start = null;
    }
  }
}

/* Places of the texts in a process, as {pid, text, name, address, around}: `around` with every digit of the text hidden. */
function findInMemory(pid, texts) {
  const found = [];
  const memory = fs.openSync(`/proc/${pid}/mem`, 'r');
  const pagemap = fs.openSync(`/proc/${pid}/pagemap`, 'r');
  const needles = texts.map((text) => Buffer.from(text));
  for (const region of regions(pid)) {
    for (const { from, to } of touched(pagemap, region)) {
      const bytes = Buffer.alloc(Number(to - from));
      let length = 0;
      try {
        length = fs.readSync(memory, bytes, 0, bytes.length, from);
      } catch (error) {
        if (error.code !== 'EIO' && error.code !== 'EFAULT') throw error; // given back meanwhile
      }
      const there = bytes.subarray(0, length);
      needles.forEach((needle, i) => {
        for (let at = there.indexOf(needle); at >= 0; at = there.indexOf(needle, at + 1)) {
          const around = there.subarray(Math.max(0, at - 40), at + needle.length + 40).toString('latin1');
          found.push({
            pid, text: texts[i].slice(0, 4), name: region.name, address: (from + BigInt(at)).toString(16),
            around: around.replaceAll(texts[i], '*').replace(/[^ -~]+/g, '~'),
          });
        }
      });
    }
  }
  fs.closeSync(memory);
  fs.closeSync(pagemap);
  return found;
}

module.exports = { findInMemory };
