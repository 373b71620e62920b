/*
 * secrets.js: finds what must never be written down: card numbers and secret keys.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const { numbers } = require('./cards');

function passesLuhn(digits) {
  let sum = 0;
  [...digits].reverse().forEach((digit, i) => {
    const doubled = Number(digit) * (i % 2 === 1 ? 2 : 1);
    sum += doubled > 9 ? doubled - 9 : doubled;
  });
  return sum % 10 === 0;
}

/* A run of digits that could be a card: the length, the first digit of a card scheme, the check digit. */
function looksLikeCard(digits) {
  return /^[3-6]\d{12,18}$/.test(digits) && passesLuhn(digits);
}

/* Lines of a text that carry a card number or one of the secrets; each shown shortened, never the secret whole. */
function leakedLines(text, secrets) {
  const found = [];
  for (const line of text.split('\n')) {
    const card = (line.match(/(?<![\w.])\d{13,19}(?!\w)/g) || []).find(looksLikeCard);
    const secret = secrets.find((one) => one && line.includes(one));
    if (card) found.push(`a card number ending in ${card.slice(-4)}: ${line.replaceAll(card, '****').slice(0, 200)}`);
    if (secret) found.push(`the secret ${secret.slice(0, 12)}...: ${line.replaceAll(secret, '****').slice(0, 200)}`);
  }
  return found;
}

/* Test card numbers and secrets that stand in the bytes of a database. */
function leakedBytes(bytes, secrets) {
  return [...numbers(), ...secrets].filter((one) => one && bytes.includes(one)).map((one) => `${one.slice(0, 4)}...${one.slice(-4)}`);
}

module.exports = { leakedLines, leakedBytes };
