/*
 * paypal_errors.h: PayPal's words for what went wrong, and Stripe's for the same.
 *
 * Sources: PayPal's documents "Orders v2 errors", "Payments v2 errors", "Troubleshooting Orders API errors" and "Card decline
 * errors".
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef PAYPAL_ERRORS_H
#define PAYPAL_ERRORS_H

#include <stripe_lite/stripe_lite.h>

#define ISSUE_DECLINES 1 /* the payer's card or account does not pay */
#define ISSUE_REFUSES 2  /* the request cannot be carried out; nothing moved */
#define ISSUE_LOOK 3     /* the object is not what it was: what became of it says what is true */
#define ISSUE_BUSY 4     /* the same request is or was under way: it may have happened */
#define ISSUE_UNSENT 5   /* nobody looked at the request */

struct paypal_issue {
    const char *issue;
    int32_t means;            /* ISSUE_... */
    const char *code;         /* Stripe's error code, or NULL */
    const char *decline_code; /* or NULL */
};

/* NULL: a word that is not known, and a refusal of the request as such. [no-suspend] */
const struct paypal_issue *paypal_issue_find(const char *issue);

/* Why a card was declined: processor_response.response_code. */
struct paypal_decline {
    const char *response;
    const char *code;
    const char *decline_code;
};

/* Never NULL: what is not known is a generic decline. [no-suspend] */
const struct paypal_decline *paypal_decline_find(const char *response);

/* processor_response.payment_advice_code in Stripe's words, or NULL. [no-suspend] */
const char *paypal_advice(const char *advice);

/* processor_response.cvv_code in Stripe's words, or NULL. [no-suspend] */
const char *paypal_cvc_check(const char *cvv);

#endif
