/*
 * form.js: nested values as a form body, in Stripe's bracket notation.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

function pairs(value, name, out) {
  if (value === undefined) return;
  if (Array.isArray(value)) value.forEach((item, i) => pairs(item, `${name}[${i}]`, out));
  else if (value !== null && typeof value === 'object') {
    for (const [key, member] of Object.entries(value)) pairs(member, name === '' ? key : `${name}[${key}]`, out);
  } else out.push([name, value === null ? '' : String(value)]);
}

function encodeForm(value) {
  const out = [];
  pairs(value, '', out);
  return new URLSearchParams(out).toString();
}

module.exports = { encodeForm };
