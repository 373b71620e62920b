/*
 * spec.js: checks an answer of /v1 against the OpenAPI document.
 *
 * The document holds thousands of schemas that refer to each other in circles, so nothing is compiled: the schema is
 * walked along the answer, and only what the answer touches is ever read. Stricter than OpenAPI in one point: a member
 * that an object's schema does not declare is a fault.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const fs = require('node:fs');
const path = require('node:path');

const repository = path.resolve(__dirname, '../../..');

/* What the error object may carry besides the members the document names; the SDK declares them. */
const ERROR_MEMBERS = {
  advice_code: { type: 'string' },
  network_advice_code: { type: 'string' },
  network_decline_code: { type: 'string' },
  payment_method_type: { type: 'string' },
};

/* What a dispute says may be this long by its parameters' description, where the answer's schema says 5,000. */
const LONG_EVIDENCE = {
  maxLength: 20000,
  names: ['access_activity_log', 'cancellation_policy_disclosure', 'cancellation_rebuttal', 'duplicate_charge_explanation', 'product_description',
    'refund_policy_disclosure', 'refund_refusal_explanation', 'uncategorized_text'],
};

/* Routes under /v1 that are ours alone, or that Stripe has left out of the document: their answers have no schema to satisfy. */
const OWN_ROUTES = [/^\/v1\/test_helpers\/simulator$/, /^\/v1\/charges\/[^/]+\/refunds$/,
  /^\/v1\/webhook_endpoints\/[^/]+\/roll_secret$/, /^\/v1\/events\/[^/]+\/retry$/];

class Spec {
  constructor(document) {
    this.schemas = document.components.schemas;
    this.operations = new Map();
    for (const [template, methods] of Object.entries(document.paths)) {
      const segments = template.split('/');
      for (const [method, operation] of Object.entries(methods)) {
        const key = `${method.toUpperCase()} ${segments.length}`;
        if (!this.operations.has(key)) this.operations.set(key, []);
        this.operations.get(key).push({ template, segments, operation });
      }
    }
    Object.assign(this.schemas.error.properties.error.properties, ERROR_MEMBERS);
    const evidence = this.resolve(this.schemas.dispute.properties.evidence).properties;
    for (const name of LONG_EVIDENCE.names) evidence[name].maxLength = LONG_EVIDENCE.maxLength;
  }

  static file() {
    return process.env.STRIPE_LITE_OPENAPI
      ? path.resolve(process.env.STRIPE_LITE_OPENAPI)
      : path.resolve(repository, '../shared/stripe-openapi/spec3.json');
  }

  /*
   * null where nobody laid the document, which is large and not ours to ship: a newcomer's tests then run without this
   * check, and tests/tools/spec.test.js says so. In CI, or where a path was given, its absence is a fault.
   */
  static load(file = Spec.file()) {
    if (!fs.existsSync(file)) {
      if (!process.env.STRIPE_LITE_OPENAPI && !process.env.CI) return null;
      throw new Error(`The OpenAPI document of /v1 is not at ${file}; set STRIPE_LITE_OPENAPI to its path.`);
    }
    return new Spec(JSON.parse(fs.readFileSync(file, 'utf8')));
  }

  /* The operation a request belongs to, the template with the fewest variables first; null when there is none. */
  operation(method, pathname) {
    const asked = pathname.split('/');
    const candidates = (this.operations.get(`${method} ${asked.length}`) || []).filter(({ segments }) =>
      segments.every((segment, i) => (segment.startsWith('{') ? asked[i] !== '' : segment === asked[i])));
    const variables = ({ segments }) => segments.filter((segment) => segment.startsWith('{')).length;
    return candidates.sort((a, b) => variables(a) - variables(b))[0] || null;
  }

  /* Faults of one answer, each a sentence; an empty array when it satisfies the document. */
  faults(method, pathname, status, body) {
    if (!pathname.startsWith('/v1/')) return [];
    const found = [];
    if (status >= 400) {
      this.walk(this.schemas.error, body, 'body', found);
    } else if (!OWN_ROUTES.some((route) => route.test(pathname))) {
      const hit = this.operation(method, pathname);
      if (!hit) found.push('the document has no such operation');
      else if (status !== 200) found.push(`status ${status} is none of the document's`);
      else this.walk(hit.operation.responses['200'].content['application/json'].schema, body, 'body', found);
    }
    return found.map((fault) => `${method} ${pathname} ${status}: ${fault}`);
  }

  /* Faults of a bare object against a named schema. */
  objectFaults(name, value) {
    const found = [];
    this.walk(this.schemas[name], value, name, found);
    return found;
  }

  resolve(schema) {
    while (schema.$ref) schema = this.schemas[schema.$ref.split('/').pop()];
    return schema;
  }

  walk(schema, value, where, found) {
    if (schema.nullable && value === null) return;
    schema = this.resolve(schema);
    if (schema.nullable && value === null) return;
    if (schema.anyOf || schema.oneOf) this.walkBranches(schema.anyOf || schema.oneOf, value, where, found);
    else if (!kindFits(schema.type, value)) found.push(`${where} is ${show(value)}, wanted ${schema.type}`);
    else if (schema.enum && !schema.enum.includes(value)) {
      found.push(`${where} is ${show(value)}, wanted one of ${schema.enum.join(', ')}`);
    } else if (typeof value === 'string') walkString(schema, value, where, found);
    else if (Array.isArray(value)) value.forEach((item, i) => this.walk(schema.items || {}, item, `${where}[${i}]`, found));
    else if (value !== null && typeof value === 'object') this.walkObject(schema, value, where, found);
  }

  walkObject(schema, value, where, found) {
    const declared = schema.properties || {};
    for (const name of schema.required || []) {
      if (!(name in value)) found.push(`${where}.${name} is missing`);
    }
    const open = schema.additionalProperties;
    const closed = open === false || (open === undefined && Object.keys(declared).length > 0);
    for (const [name, member] of Object.entries(value)) {
      if (Object.hasOwn(declared, name)) this.walk(declared[name], member, `${where}.${name}`, found);
      else if (closed) found.push(`${where}.${name} is not declared (${show(member)})`);
      else if (open && typeof open === 'object') this.walk(open, member, `${where}.${name}`, found);
    }
  }

  /* One branch must fit; when none does, the faults of the likeliest are told: same `object`, else fewest faults. */
  walkBranches(branches, value, where, found) {
    let best = null;
    for (const branch of branches) {
      const faults = [];
      this.walk(branch, value, where, faults);
      if (faults.length === 0) return;
      const score = faults.length + (this.sameObject(branch, value) ? 0 : 1000);
      if (!best || score < best.score) best = { score, faults };
    }
    found.push(...best.faults);
  }

  sameObject(branch, value) {
    const schema = this.resolve(branch);
    if (value === null || typeof value !== 'object') return schema.type === typeof value;
    const object = schema.properties && schema.properties.object;
    return Boolean(object && object.enum && object.enum.includes(value.object));
  }
}

function kindFits(type, value) {
  switch (type) {
    case undefined: return true;
    case 'integer': return Number.isSafeInteger(value);
    case 'number': return typeof value === 'number';
    case 'array': return Array.isArray(value);
    case 'object': return value !== null && typeof value === 'object' && !Array.isArray(value);
    default: return typeof value === type;
  }
}

function walkString(schema, value, where, found) {
  if (schema.maxLength !== undefined && [...value].length > schema.maxLength) {
    found.push(`${where} has more than ${schema.maxLength} characters`);
  }
  if (schema.pattern && !new RegExp(schema.pattern, 'u').test(value)) found.push(`${where} does not match ${schema.pattern}`);
}

function show(value) {
  const text = JSON.stringify(value);
  if (text === undefined) return 'nothing';
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

module.exports = { Spec };
