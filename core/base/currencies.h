/*
 * currencies.h: the table of currencies.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_BASE_CURRENCIES_H
#define STRIPE_LITE_CORE_BASE_CURRENCIES_H

#include <stddef.h>
#include <stdint.h>

typedef struct sl_currency {
    char code[4];     /* lower case */
    int32_t exponent; /* digits after the point (ISO 4217) */
    int64_t minimum;  /* smallest charge in minor units, 0: none stated */
    int64_t maximum;  /* largest charge, 0: eight digits */
} sl_currency;

/* The row of `length` letters in either case, or NULL. since 1.0 [no-suspend] */
const sl_currency *sl_currency_find(const char *code, size_t length);

/* The rows in the order of their codes; NULL past the last. since 1.0 [no-suspend] */
const sl_currency *sl_currency_at(size_t index);

/* The currency of amounts that name none, lower case; "usd" until set. What is no currency changes nothing. Set once in each
 * process, from its settings. since 1.0 [start-up only], [no-suspend] */
void sl_currency_default_set(const char *code);
const char *sl_currency_default(void);

#endif
