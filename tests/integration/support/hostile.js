/*
 * hostile.js: values that nobody should send, and where in a declared body each may stand.
 *
 * A value has a name, its JSON text, and its form: [what follows the parameter's name, the encoded value] pairs; either may
 * be missing where it cannot be written. `breaks` says that no parameter may take it, whatever its type.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

/* Texts as JSON would hold them; each is also sent in a form, percent-encoded. */
const TEXTS = {
  'an empty text': '',
  'a space': ' ',
  whitespace: '\t\r\n \u00a0\u2003',
  'minus one': '-1',
  zero: '0',
  'minus zero': '-0',
  'a plus': '+1',
  'leading zeros': '007',
  hexadecimal: '0x10',
  'two to the 31st': '2147483648',
  'past doubles': '9007199254740993',
  'the greatest integer': '9223372036854775807',
  'past the greatest integer': '9223372036854775808',
  'the least integer': '-9223372036854775808',
  'past the least integer': '-9223372036854775809',
  'forty digits': '9'.repeat(40),
  'five thousand digits': '9'.repeat(5000),
  'past doubles in powers': '1e400',
  'a fraction': '1.5',
  'a long fraction': `0.${'3'.repeat(3000)}`,
  'a word for no number': 'NaN',
  infinity: '-Infinity',
  yes: 'true',
  nothing: 'null',
  'six thousand letters': 'x'.repeat(6000),
  '501 letters': 'y'.repeat(501),
  'thirty thousand letters': 'z'.repeat(30000),
  emoji: '\u{1f4b3}\u{1f469}\u200d\u{1f469}\u200d\u{1f467}',
  'right to left': '\u202e\u0627\u0644\u0639\u0631\u0628\u064a\u0629',
  'letters that change length': '\u0130\u0131\ufb01\u1e9e',
  'control characters': '\u0001\u001b[31m\u007f',
  'a noncharacter': '\ufffe\uffff',
  quotes: '\'"`\\',
  'a statement': "'; DROP TABLE customers; --",
  'a condition': "' OR '1'='1",
  patterns: '%_\\%[a-z]*',
  'a format': '%s%n%x%p{0}${7*7}',
  'dots and slashes': '../../../../etc/passwd',
  'an encoded NUL': '%00',
  'a line for a header': 'a\r\nSet-Cookie: a=b',
  markup: '<script>alert(1)</script>',
  json: '{"amount":1}',
  'no currency': 'zzz',
  'two letters': 'us',
  'letters and a digit': 'us1',
  'a currency in capitals': 'JPY',
  'three letters not of English': '\u00fcsd',
  'a far date': '9999-12-31T23:59:59Z',
  'a farther date': '10000-01-01',
  'no such day': '2023-02-30',
  'a moment far out': '253402300800',
  'a moment before all': '-62135596801',
  'an unknown id': 'cus_0000000000000000000000AB',
  'an id with a quote': "cus_'0000000000000000000000",
  'an id alone in its prefix': 'cus_',
  'a very long id': `pi_${'A'.repeat(5000)}`,
  'a test card': 'pm_card_chargeDeclined',
  'no test card': 'pm_card_nonsense',
  'an email of odd letters': 'a@b@c..d',
  'an address like a list': '=cmd|/c calc!A1',
};

const nested = (depth, open, close) => open.repeat(depth) + close.repeat(depth);

/* What only one notation, or neither as a text, can say. */
const SHAPES = [
  { name: 'a JSON number', json: '1' },
  { name: 'JSON zero', json: '0' },
  { name: 'a negative JSON number', json: '-5' },
  { name: 'a JSON fraction', json: '1.5' },
  { name: 'a JSON fraction of a cent', json: '19.999' },
  { name: 'a JSON power', json: '1e2' },
  { name: 'the greatest JSON integer', json: '9223372036854775807' },
  { name: 'past the greatest JSON integer', json: '9223372036854775808' },
  { name: 'the least JSON integer', json: '-9223372036854775808' },
  { name: 'a JSON power past doubles', json: '1e400' },
  { name: 'a negative JSON power past doubles', json: '-1e400' },
  { name: 'a JSON power below doubles', json: '1e-400' },
  { name: 'a JSON power of powers', json: '1e999999999999999999999' },
  { name: 'a long JSON number', json: '9'.repeat(2000) },
  { name: 'JSON true', json: 'true' },
  { name: 'JSON false', json: 'false' },
  { name: 'JSON null', json: 'null' },
  { name: 'an empty list', json: '[]', form: [['[]', '']] },
  { name: 'a list', json: '["a"]', form: [['[]', 'a']] },
  { name: 'a numbered list', form: [['[0]', 'a'], ['[7]', 'b']] },
  { name: 'a list numbered past integers', form: [['[99999999999999999999]', 'a']] },
  { name: 'a list of nothing', json: '[null,null]', form: [['[0]', ''], ['[1]', '']] },
  { name: 'a list of lists', json: '[[["a"]]]', form: [['[][][]', 'a']] },
  { name: 'a long list', json: `[${Array(900).fill('"a"')}]`, form: Array(900).fill(['[]', 'a']) },
  { name: 'an empty object', json: '{}' },
  { name: 'an object', json: '{"zz":"a"}', form: [['[zz]', 'a']] },
  { name: 'an object with an empty name', json: '{"":""}', form: [['[]', '']] },
  { name: 'an object with a prototype', json: '{"__proto__":{"a":1}}', form: [['[__proto__][a]', '1']] },
  { name: 'a text and an object', form: [['', 'a'], ['[a]', 'b']] },
  { name: 'the same text twice', form: [['', 'a'], ['', 'b']] },
  { name: 'a list and an object', form: [['[0]', 'a'], ['[a]', 'b']] },
  { name: '51 names', json: `{${Array.from({ length: 51 }, (_, i) => `"n${i}":"v"`)}}`, form: Array.from({ length: 51 }, (_, i) => [`[n${i}]`, 'v']) },
  { name: 'a name of 41 characters', json: `{"${'n'.repeat(41)}":"v"}`, form: [[`[${'n'.repeat(41)}]`, 'v']] },
  { name: 'a member of 501 characters', json: `{"n":"${'v'.repeat(501)}"}`, form: [['[n]', 'v'.repeat(501)]] },
  { name: 'a deep list', json: nested(25, '[', ']'), form: [['[]'.repeat(25), 'a']] },
  { name: 'too deep a list', json: nested(200, '[', ']'), form: [['[a]'.repeat(200), 'a']], breaks: true },
  { name: 'too deep an object', json: `${'{"a":'.repeat(500)}1${'}'.repeat(500)}`, breaks: true },
  { name: 'a NUL', json: '"a\\u0000b"', form: [['', 'a%00b']], breaks: true },
  { name: 'a NUL deep down', json: '{"a":["\\u0000"]}', form: [['[a][]', '%00']], breaks: true },
  { name: 'a NUL in a name', json: '{"a\\u0000b":"c"}', form: [['[a%00b]', 'c']], breaks: true },
  { name: 'bytes that are no UTF-8', json: '"\xff\xfe"', form: [['', '%ff%fe']], breaks: true },
  { name: 'an overlong NUL', json: '"\xc0\x80"', form: [['', '%c0%80']], breaks: true },
  { name: 'half a character', json: '"\xf0\x9f\x92"', form: [['', '%f0%9f%92']], breaks: true },
  { name: 'a lone surrogate', json: '"\\ud83d"', form: [['', '%ed%a0%bd']], breaks: true },
  { name: 'an escape of nothing', json: '"\\x41"', breaks: true },
  { name: 'members twice', json: '{"a":"1","a":"2"}', breaks: true },
  { name: 'a number with a leading zero', json: '01', breaks: true },
  { name: 'a word for no JSON number', json: 'NaN', breaks: true },
  { name: 'two values', json: '1 2', breaks: true },
];

/* The table of values; further texts (ids of a running server) may be added. */
function hostileValues(further = {}) {
  const texts = Object.entries({ ...TEXTS, ...further }).map(([name, text]) => ({
    name, text, json: latin(JSON.stringify(text)), form: [['', encodeURIComponent(text)]],
  }));
  return [...texts, ...SHAPES];
}

/* Bodies are put together as one character a byte, so that broken UTF-8 can be among them. */
const latin = (text) => Buffer.from(text, 'utf8').toString('latin1');

/* Every place of a declared schema: {path: ['card', 'number'], schema}, objects and items of lists included. */
function placesOf(schema, path = []) {
  const found = path.length > 0 ? [{ path, schema }] : [];
  for (const [name, member] of Object.entries(schema.properties || {})) found.push(...placesOf(member, [...path, name]));
  if (schema.type === 'array' && schema.items) found.push(...placesOf(schema.items, [...path, '0']));
  if (schema.additionalProperties && typeof schema.additionalProperties === 'object') found.push(...placesOf(schema.additionalProperties, [...path, 'named']));
  return found;
}

const HOLE = '\u0001hole\u0001';

/* The least that a schema takes. */
function leastOf(schema, name) {
  if (schema.enum) return schema.enum[0];
  if (schema.type === 'object') {
    /* One member at least: a form cannot say that an object is empty. */
    const declared = schema.properties || {};
    const names = schema.required || Object.keys(declared).filter((one) => declared[one].type === 'string').slice(0, 1);
    return Object.fromEntries(names.map((one) => [one, leastOf(declared[one], one)]));
  }
  if (schema.type === 'array') return [];
  if (schema.type === 'boolean') return true;
  if (schema.type === 'integer') return Math.max(schema.minimum ?? 1, 1);
  if (schema.format === 'email') return 'some@example.com';
  return name === 'type' ? 'card' : 'some';
}

/* The base with a hole at the place; what stands on the way there is made with what its schema needs. */
function withHole(base, path, schema) {
  const copy = structuredClone(base);
  let at = copy;
  let shape = schema;
  path.forEach((name, i) => {
    shape = shape.type === 'array' ? shape.items : (shape.properties && shape.properties[name]) || shape.additionalProperties || {};
    if (i === path.length - 1) at[name] = HOLE;
    else if (at[name] === null || typeof at[name] !== 'object') at[name] = leastOf(shape, name);
    at = at[name];
  });
  return copy;
}

/* A JSON body, bytes as characters. */
function jsonBody(base, place, schema, value) {
  return latin(JSON.stringify(withHole(base, place.path, schema))).replace(latin(JSON.stringify(HOLE)), () => value.json);
}

function formPairs(value, name, hostile, out) {
  if (value === HOLE) for (const [end, text] of hostile.form) out.push(`${name}${end}=${text}`);
  else if (Array.isArray(value)) value.forEach((item, i) => formPairs(item, `${name}[${i}]`, hostile, out));
  else if (value !== null && typeof value === 'object') {
    for (const [key, member] of Object.entries(value)) formPairs(member, name === '' ? key : `${name}[${key}]`, hostile, out);
  } else if (value !== undefined) out.push(`${name}=${encodeURIComponent(value)}`);
}

function formBody(base, place, schema, value) {
  const out = [];
  formPairs(withHole(base, place.path, schema), '', value, out);
  return out.join('&');
}

const empty = (text) => text.trim() === '';

/*
 * Whether the declared schema alone says no to the value, whatever the request means: then the answer must name the place.
 * Empty texts unset, and what a form writes as a list may be read as one, so neither is judged here.
 */
function surelyRefused(schema, value, kind) {
  const { text } = value;
  if (value.breaks || (text !== undefined && empty(text))) return false;
  if (text === undefined) {
    const scalar = ['integer', 'boolean', 'string'].includes(schema.type);
    return scalar && (kind === 'json' ? /^(\[.|\{")/.test(value.json) : false);
  }
  if (schema.enum) return !schema.enum.includes(text);
  switch (schema.type) {
    case 'integer': return !/^[+-]?[0-9]+$/.test(text) || !(Number(text) <= 2 ** 63);
    case 'boolean': return !['true', 'false', '0', '1'].includes(text);
    case 'string': return (schema.maxLength ?? 5000) < [...text].length && !schema.format;
    case 'object': case 'array': return true;
    default: return false;
  }
}

/* The name of a place as /v1 tells it: card[number]. */
const paramOf = ([first, ...rest]) => first + rest.map((name) => `[${name}]`).join('');

/* A generator of numbers in [0, 1) that one seed decides (mulberry32). */
function randomFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/* `count` of the items, chosen by the generator, in their order; all when there are no more. */
function sampleOf(items, count, random) {
  const kept = [];
  for (let i = 0, wanted = Math.min(count, items.length); wanted > 0; i++) {
    if (random() * (items.length - i) < wanted) {
      kept.push(items[i]);
      wanted -= 1;
    }
  }
  return kept;
}

module.exports = { hostileValues, placesOf, surelyRefused, jsonBody, formBody, paramOf, randomFrom, sampleOf };
