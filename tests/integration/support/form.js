/*
 * form.js: nested values as a form body, in Stripe's bracket notation, and back.
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

/* Nested values of texts; "name[]" and "name[0]" make an array. */
function decodeForm(text) {
  const out = {};
  for (const [name, value] of new URLSearchParams(text)) {
    const path = name.split(/[[\]]+/).filter((part, i, all) => part !== '' || i < all.length - 1 || name.endsWith('[]'));
    let at = out;
    path.forEach((part, i) => {
      const key = part === '' ? Object.keys(at).length : part;
      if (i === path.length - 1) at[key] = value;
      else at = at[key] ??= /^\d*$/.test(path[i + 1]) ? [] : {};
    });
  }
  return out;
}

module.exports = { encodeForm, decodeForm };
