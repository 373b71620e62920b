/*
 * ledger.h: the service "ledger/1": double entry, for everything that moves money.
 *
 * A transaction has postings that sum to zero in each currency; it is written once and never changed. An amount is signed:
 * positive is money that comes to the account, negative money that leaves it. The chart of accounts:
 *
 *   account       holds                                                charge 1000, fee 59   refund 300   settled
 *   gateway       the outside: what payers gave, as a negative sum            -1000             +300
 *   pending       the merchant's money that is not available yet               +941                         -941
 *   available     the merchant's money that may be paid out                                     -300        +941
 *   fees          what gateways kept                                            +59
 *   disputes      money held back while a dispute is open (a lost one goes on to `gateway`)
 *   transfers     what went to or came from other accounts of this server
 *   payouts       what went to the merchant's bank
 *   platform      the operator's own income: application fees
 *
 * Accounts are opened by being posted to. Balances are kept in counters that many may add to at once, and equal the fold of
 * the postings (`stripe-lite verify`).
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_SERVICES_LEDGER_H
#define STRIPE_LITE_SERVICES_LEDGER_H

#include <stripe_lite/database.h>

SL_BEGIN_DECLS

#define SL_LEDGER_SERVICE "ledger/1"

#define SL_LEDGER_GATEWAY "gateway"
#define SL_LEDGER_PENDING "pending"
#define SL_LEDGER_AVAILABLE "available"
#define SL_LEDGER_FEES "fees"
#define SL_LEDGER_DISPUTES "disputes"
#define SL_LEDGER_TRANSFERS "transfers"
#define SL_LEDGER_PAYOUTS "payouts"
#define SL_LEDGER_PLATFORM "platform"

typedef struct sl_posting {
    const char *account;  /* SL_LEDGER_..., or a name of the plugin's own */
    const char *currency; /* ISO 4217, lower case */
    int64_t amount;       /* minor units, signed */
} sl_posting;

typedef struct sl_ledger_entry {
    uint32_t struct_size;
    uint32_t count;   /* of postings, 2 .. 16; those of amount 0 are left out */
    const char *kind; /* "charge", "refund", "dispute", "settlement" */
    const char
        *source; /* the object that moved it ("re_..."); kind and source are unique together */
    const char *subject;     /* the charge or payout whose story it belongs to; NULL: source */
    const char *description; /* or NULL */
    const sl_posting *postings;
} sl_ledger_entry;

/* One row of `story`: a posting with its transaction. */
typedef struct sl_ledger_line {
    const char *transaction;
    const char *kind;
    const char *source;
    const char *account;
    const char *currency;
    int64_t amount;
    int64_t created;
} sl_ledger_line;

typedef struct sl_ledger_balance {
    const char *account;
    const char *currency;
    int64_t amount;
} sl_ledger_balance;

typedef struct sl_ledger_service {
    uint32_t struct_size;
    uint32_t reserved;

    /* Adds a transaction to the context's write set. SL_E_INTERNAL when it does not sum to zero in each currency or overflows;
     * recorded before under the same kind and source: SL_E_CONFLICT at the commit. since 1.0 [no-suspend] */
    sl_status (*record)(sl_context *cx, const sl_ledger_entry *entry);

    /* The balances of one account, or of all with NULL, by account and currency: a list of sl_ledger_balance. Pending writes
     * are not seen. since 1.0 [suspends] */
    sl_status (*balances)(sl_context *cx, const char *account, sl_list *ret_balances);

    /* Every posting whose transaction has this subject, oldest first: a list of sl_ledger_line. since 1.0 [suspends] */
    sl_status (*story)(sl_context *cx, const char *subject, sl_list *ret_lines);
} sl_ledger_service;

SL_END_DECLS
#endif
