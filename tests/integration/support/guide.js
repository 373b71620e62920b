/*
 * guide.js: documents that are followed from top to bottom: blocks of sh are run by one bash, blocks that name a file
 * (`yaml stripe_lite.yaml`) are written to it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const fs = require('node:fs');

/* [{language, file, text, line}]; file: undefined where the block names none. */
function blocksOf(document) {
  const source = fs.readFileSync(document, 'utf8');
  return [...source.matchAll(/^```(\w+)(?: +([\w./-]+))?[^\n]*\n([\s\S]*?)^```/gm)]
    .map(({ 1: language, 2: file, 3: text, index }) => ({ language, file, text, line: source.slice(0, index).split('\n').length }));
}

const isGuide = (document) => blocksOf(document).some(({ file }) => file);

/* The whole document as one script; `change` is given each block's text. */
function scriptOf(document, change) {
  const steps = blocksOf(document).filter(({ language, file }) => file || language === 'sh').map(({ language, file, text, line }) => {
    const place = `echo "${document.split('/').at(-1)}:${line}" >&2`;
    return file ? `${place}\ncat >'${file}' <<'END OF ${file}'\n${change(text)}END OF ${file}` : `${place}\n${change(text)}`;
  });
  return ['set -eu -o pipefail', ...steps].join('\n');
}

module.exports = { blocksOf, isGuide, scriptOf };
