/*
 * check_fixtures.js: shows how many published example objects satisfy the OpenAPI document.
 *
 * Usage: node tests/tools/check_fixtures.js [fixtures3.json]. A check of the checker: the count is known, so a walk that
 * became too lax or too strict is seen here. Exit status 1 when the count is not the expected one (--expect N).
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { parseArgs } = require('node:util');
const { Spec } = require('../integration/support/spec');

const { values, positionals } = parseArgs({
  options: { expect: { type: 'string' }, verbose: { type: 'boolean' } },
  allowPositionals: true,
});
const file = positionals[0] || path.join(path.dirname(Spec.file()), 'fixtures3.json');
const spec = Spec.load();
const { resources } = JSON.parse(fs.readFileSync(file, 'utf8'));

let satisfied = 0;
let unknown = 0;
for (const [name, fixture] of Object.entries(resources)) {
  if (!spec.schemas[name]) {
    unknown += 1;
    if (values.verbose) console.log(`${name}: no schema`);
    continue;
  }
  const faults = spec.objectFaults(name, fixture);
  if (faults.length === 0) satisfied += 1;
  else if (values.verbose) console.log(`${name}: ${faults.slice(0, 4).join('; ')}`);
}
console.log(`${satisfied} of ${Object.keys(resources).length} fixtures satisfy their schemas, ${unknown} have none`);
if (values.expect !== undefined && Number(values.expect) !== satisfied) process.exit(1);
