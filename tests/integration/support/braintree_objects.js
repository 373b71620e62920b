/*
 * braintree_objects.js: the objects of braintree_upstream.js, in memory: payment methods, transactions, refunds, disputes; their states
 * and errors as Braintree's guides and references have them; and the books, a line for each movement of money.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const crypto = require('node:crypto');

/* An entry of `errors`, and with it no data. */
class Refused extends Error {
  constructor(errorClass, message, legacyCode) {
    super(message);
    this.extensions = { errorType: 'user_error', errorClass, ...(legacyCode && { legacyCode }) };
  }
}

const invalid = (legacyCode, message) => { throw new Refused('VALIDATION', message, legacyCode); };
const short = () => crypto.randomBytes(4).toString('hex');
const globalId = (type, legacyId) => Buffer.from(`${type}_${legacyId}`).toString('base64').replace(/=+$/, '');
const EXPONENTS = { JPY: 0, USD: 2, EUR: 2, KWD: 3 };
const minor = (value, currency) => Math.round(Number(value) * 10 ** EXPONENTS[currency]);
const major = (amount, currency) => (amount / 10 ** EXPONENTS[currency]).toFixed(EXPONENTS[currency]);
const ON_ITS_WAY = ['SUBMITTED_FOR_SETTLEMENT', 'SETTLING', 'SETTLED'];
const DUPLICATE_MS = 30000;

/* Braintree's names for tests: "Testing: Payment method nonces". */
const NONCES = {
  'fake-valid-visa-nonce': { brandCode: 'VISA', last4: '1881' },
  'fake-valid-mastercard-nonce': { brandCode: 'MASTERCARD', last4: '4444' },
  'fake-valid-amex-nonce': { brandCode: 'AMERICAN_EXPRESS', last4: '0005' },
  'fake-processor-declined-visa-nonce': { brandCode: 'VISA', last4: '1881', declines: '2000' },
};

class Objects {
  constructor(tell) {
    this.tell = tell;
    this.books = [];
    this.accounts = { '': 'USD', books_us: 'USD', books_eu: 'EUR', books_jp: 'JPY', books_kw: 'KWD' };
    this.settles = false; /* what is submitted settles before anybody looks again */
    this.checksDuplicates = false;
    this.authorizing = false; /* payments are decided later, by `decide` */
    this.searchLagMs = 0; /* a search does not show what is younger */
    for (const name of ['methods', 'transactions', 'refunds']) this[name] = new Map();
    this.mutations = {
      authorizePaymentMethod: (input) => ({ transaction: this.sale(input, 'AUTHORIZED') }),
      chargePaymentMethod: (input) => ({ transaction: this.sale(input, 'SUBMITTED_FOR_SETTLEMENT') }),
      captureTransaction: (input) => ({ transaction: this.capture(input) }),
      reverseTransaction: (input) => ({ reversal: this.reverse(input) }),
      refundTransaction: (input) => ({ refund: this.refund(input) }),
    };
    this.others = {
      tokenizeCreditCard: ({ input }) => ({ paymentMethod: this.tokenize(input.creditCard) }),
      vaultPaymentMethod: ({ input }) => this.vault(input),
      deletePaymentMethodFromVault: ({ input }) => this.unvault(input),
      node: ({ id }) => this.node(id),
      search: ({ input }) => ({ transactions: { edges: this.find(input).map((node) => ({ node })) } }),
      idFromLegacyId: ({ id }) => globalId('transaction', id),
      ping: () => 'pong',
    };
  }

  /* Whether the request makes or changes a movement of money. */
  moves(name) { return name in this.mutations; }

  handle(name, variables) {
    if (this.moves(name)) return this.mutations[name](variables.input);
    if (!(name in this.others)) invalid(undefined, `Cannot query field "${name}".`);
    return this.others[name](variables);
  }

  book(attempt, operation, amount) { this.books.push({ attempt, operation, amount }); }

  /* ---- payment methods ---- */

  methodAdd(details, usage = 'SINGLE_USE') {
    const legacyId = short();
    const id = usage === 'SINGLE_USE' ? `tokencc_bc_${crypto.randomBytes(9).toString('hex')}` : globalId('paymentmethod_cc', legacyId);
    const method = { id, legacyId, usage, details: { __typename: 'CreditCardDetails', expirationMonth: '12', expirationYear: '2040',
      binData: { debit: 'NO', prepaid: 'NO', countryOfIssuance: 'US' }, ...details } };
    this.methods.set(id, method);
    return method;
  }

  /* A single-use payment method, as a page of the shop's would have it from Braintree's script. */
  nonce(details = {}) { return this.methodAdd({ brandCode: 'VISA', last4: '4242', ...details }).id; }

  method(id) {
    if (id in NONCES) return { id, usage: 'SINGLE_USE', details: this.methodAdd(NONCES[id]).details };
    return this.methods.get(id) || invalid('91565', 'Unknown or expired single-use payment method.');
  }

  tokenize({ number, cvv, expirationMonth, expirationYear }) {
    if (!/^4111111111111111$|^5555555555554444$/.test(number)) invalid('81715', 'Credit card number is invalid.');
    if (cvv !== undefined && !/^\d{3,4}$/.test(cvv)) invalid('81707', 'CVV must be 4 digits for American Express and 3 digits for other card types.');
    return this.methodAdd({ brandCode: number[0] === '4' ? 'VISA' : 'MASTERCARD', last4: number.slice(-4), expirationMonth, expirationYear });
  }

  consume(method) {
    if (method.consumed) invalid('93107', 'Cannot use a single-use payment method more than once.');
    if (method.usage === 'SINGLE_USE') method.consumed = true;
  }

  vault({ paymentMethodId }) {
    const method = this.method(paymentMethodId);
    if (method.usage === 'MULTI_USE') invalid('93107', 'Cannot vault a multi-use payment method.');
    if (method.details.declines) {
      const verification = { status: 'PROCESSOR_DECLINED', processorResponse: { legacyCode: method.details.declines, message: 'Do Not Honor' } };
      return { partial: 'Payment method failed verification.', paymentMethod: null, verification };
    }
    this.consume(method);
    return { paymentMethod: this.methodAdd(method.details, 'MULTI_USE'), verification: { status: 'VERIFIED' } };
  }

  unvault({ paymentMethodId, clientMutationId = null }) {
    if (!this.methods.delete(paymentMethodId)) throw new Refused('NOT_FOUND', 'An object with this ID was not found.');
    return { clientMutationId };
  }

  /* ---- transactions ---- */

  event(object, status, more = {}) {
    object.status = status;
    object.statusHistory.unshift({ status, timestamp: new Date().toISOString(), ...more });
  }

  duplicateOf(input, currency) {
    return [...this.transactions.values()].find((one) => one.orderId === input.orderId && one.amount.value === input.amount && one.amount.currencyCode === currency
      && Date.now() - one.made < DUPLICATE_MS && !['PROCESSOR_DECLINED', 'GATEWAY_REJECTED', 'FAILED'].includes(one.status));
  }

  sale({ paymentMethodId, transaction: input, clientMutationId }, goal) {
    const account = input.merchantAccountId || '';
    if (!(account in this.accounts)) invalid('91513', 'Merchant account ID is invalid.');
    const currency = this.accounts[account];
    if (!/^\d+(\.\d{2,3})?$/.test(input.amount) || major(minor(input.amount, currency), currency) !== input.amount) invalid('81503', 'Amount is an invalid format.');
    const method = this.method(paymentMethodId);
    this.consume(method);
    const legacyId = short();
    const transaction = { __typename: 'Transaction', id: globalId('transaction', legacyId), legacyId, made: Date.now(), orderId: input.orderId ?? null, goal,
      amount: { value: input.amount, currencyCode: currency }, paymentMethod: method.usage === 'MULTI_USE' ? { id: method.id } : null, refunds: [], statusHistory: [], status: null };
    this.transactions.set(transaction.id, transaction);
    const keeps = input.vaultPaymentMethodAfterTransacting?.when === 'ON_SUCCESSFUL_TRANSACTION';
    if (keeps && method.usage === 'SINGLE_USE') transaction.kept = method.details;
    transaction.attempt = clientMutationId;
    if (this.authorizing) this.event(transaction, 'AUTHORIZING');
    else this.decide(transaction, this.refusalOf(transaction, method, input));
    return transaction;
  }

  refusalOf(transaction, method, input) {
    const { value, currencyCode } = transaction.amount;
    if (this.checksDuplicates && this.duplicateOf(input, currencyCode) !== transaction) return ['GATEWAY_REJECTED', { gatewayRejectionReason: 'DUPLICATE' }];
    /* "Testing: Transaction amounts": the amount is the answer. */
    const tested = Number(value) >= 2000 && Number(value) < 3000 && currencyCode === 'USD' ? String(Math.floor(Number(value))) : null;
    const code = method.details.declines || tested;
    return code ? ['PROCESSOR_DECLINED', { declineType: code === '2004' ? 'HARD' : 'SOFT', processorResponse: { legacyCode: code, message: 'Declined' } }] : null;
  }

  decide(transaction, refusal) {
    if (refusal) {
      this.event(transaction, ...refusal);
      return;
    }
    this.event(transaction, 'AUTHORIZED', { processorResponse: { legacyCode: '1000', message: 'Approved', cvvResponse: 'MATCHES' } });
    if (transaction.goal !== 'AUTHORIZED') this.event(transaction, transaction.goal);
    if (transaction.kept) transaction.paymentMethod = { id: this.methodAdd(transaction.kept, 'MULTI_USE').id };
    this.book(transaction.attempt, 'authorize', minor(transaction.amount.value, transaction.amount.currencyCode));
  }

  transaction(id) {
    const transaction = this.transactions.get(id);
    if (!transaction) throw new Refused('NOT_FOUND', 'An object with this ID was not found.');
    if (this.settles && transaction.status === 'SUBMITTED_FOR_SETTLEMENT') this.settle(transaction);
    return transaction;
  }

  settle(transaction) {
    this.event(transaction, 'SETTLING');
    this.event(transaction, 'SETTLED');
    this.tell('transaction_settled', { transaction });
  }

  capture({ transactionId, transaction: input, clientMutationId }) {
    const transaction = this.transaction(transactionId);
    const currency = transaction.amount.currencyCode;
    if (transaction.status !== 'AUTHORIZED') invalid('91507', 'Cannot submit for settlement unless status is authorized.');
    if (minor(input.amount, currency) > minor(transaction.amount.value, currency)) invalid('91522', 'Settlement amount is too large.');
    transaction.amount = { value: input.amount, currencyCode: currency };
    this.event(transaction, 'SUBMITTED_FOR_SETTLEMENT');
    this.book(clientMutationId, 'capture', minor(input.amount, currency));
    return transaction;
  }

  /* Voids what has not settled, gives back the whole of what has. */
  reverse({ transactionId, clientMutationId }) {
    const transaction = this.transaction(transactionId);
    const amount = minor(transaction.amount.value, transaction.amount.currencyCode);
    if (transaction.status === 'AUTHORIZED' || transaction.status === 'SUBMITTED_FOR_SETTLEMENT') {
      this.book(clientMutationId, transaction.status === 'AUTHORIZED' ? 'void' : 'refund', amount);
      this.event(transaction, 'VOIDED');
      return transaction;
    }
    return this.refundAdd(transaction, transaction.amount.value, transaction.orderId, clientMutationId);
  }

  refund({ transactionId, refund: { amount, orderId }, clientMutationId }) {
    const transaction = this.transaction(transactionId);
    if (transaction.status === 'SUBMITTED_FOR_SETTLEMENT' || transaction.status === 'AUTHORIZED') invalid('91506', 'Cannot refund a transaction unless it is settled.');
    return this.refundAdd(transaction, amount ?? transaction.amount.value, orderId ?? transaction.orderId, clientMutationId);
  }

  refundAdd(transaction, value, orderId, attempt) {
    const currency = transaction.amount.currencyCode;
    if (!ON_ITS_WAY.includes(transaction.status)) invalid('91506', 'Cannot refund a transaction unless it is settled.');
    const left = minor(transaction.amount.value, currency) - transaction.refunds.reduce((all, one) => all + minor(one.amount.value, currency), 0);
    if (left === 0) invalid('91512', 'Transaction has already been completely refunded.');
    if (minor(value, currency) > left) invalid('91521', 'Refund amount is too large.');
    const legacyId = short();
    const refund = { __typename: 'Refund', id: globalId('refund', legacyId), legacyId, orderId, amount: { value, currencyCode: currency }, statusHistory: [], status: null };
    this.event(refund, 'SUBMITTED_FOR_SETTLEMENT');
    transaction.refunds.push(refund);
    this.refunds.set(refund.id, refund);
    this.book(attempt, 'refund', minor(value, currency));
    return refund;
  }

  node(id) {
    if (this.transactions.has(id)) return this.transaction(id);
    return this.methods.get(id) || (id in NONCES ? this.method(id) : invalid('91565', 'Unknown or expired single-use payment method.'));
  }

  find({ orderId: { is } }) {
    return [...this.transactions.values()].filter((one) => one.orderId === is && Date.now() - one.made >= this.searchLagMs);
  }

  last() { return [...this.transactions.values()].at(-1); }
}

module.exports = { Objects, Refused };
