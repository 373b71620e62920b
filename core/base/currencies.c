/*
 * currencies.c: the table of currencies: active codes and exponents of ISO 4217, the limits of Stripe's "Currencies" document.
 *
 * Codes that are no money to charge in (precious metals, bond units, testing) are left out. The rows stand in the order of
 * their codes: they are searched by halves.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/base/currencies.h"

#include <stdlib.h>
#include <string.h>

static const sl_currency currencies[] = {
    { "aed", 2, 200 },  { "afn", 2 },        { "all", 2 },
    { "amd", 2 },       { "ang", 2 },        { "aoa", 2 },
    { "ars", 2 },       { "aud", 2, 50 },    { "awg", 2 },
    { "azn", 2 },       { "bam", 2 },        { "bbd", 2 },
    { "bdt", 2 },       { "bgn", 2, 100 },   { "bhd", 3 },
    { "bif", 0 },       { "bmd", 2 },        { "bnd", 2 },
    { "bob", 2 },       { "bov", 2 },        { "brl", 2, 50 },
    { "bsd", 2 },       { "btn", 2 },        { "bwp", 2 },
    { "byn", 2 },       { "bzd", 2 },        { "cad", 2, 50 },
    { "cdf", 2 },       { "che", 2 },        { "chf", 2, 50 },
    { "chw", 2 },       { "clf", 4 },        { "clp", 0 },
    { "cny", 2 },       { "cop", 2 },        { "cou", 2 },
    { "crc", 2 },       { "cup", 2 },        { "cve", 2 },
    { "czk", 2, 1500 }, { "djf", 0 },        { "dkk", 2, 250 },
    { "dop", 2 },       { "dzd", 2 },        { "egp", 2 },
    { "ern", 2 },       { "etb", 2 },        { "eur", 2, 50 },
    { "fjd", 2 },       { "fkp", 2 },        { "gbp", 2, 30 },
    { "gel", 2 },       { "ghs", 2 },        { "gip", 2 },
    { "gmd", 2 },       { "gnf", 0 },        { "gtq", 2 },
    { "gyd", 2 },       { "hkd", 2, 400 },   { "hnl", 2 },
    { "htg", 2 },       { "huf", 2, 17500 }, { "idr", 2, 0, 999999999999 },
    { "ils", 2 },       { "inr", 2, 50 },    { "iqd", 3 },
    { "irr", 2 },       { "isk", 0 },        { "jmd", 2 },
    { "jod", 3 },       { "jpy", 0, 50 },    { "kes", 2 },
    { "kgs", 2 },       { "khr", 2 },        { "kmf", 0 },
    { "kpw", 2 },       { "krw", 0 },        { "kwd", 3 },
    { "kyd", 2 },       { "kzt", 2 },        { "lak", 2 },
    { "lbp", 2 },       { "lkr", 2 },        { "lrd", 2 },
    { "lsl", 2 },       { "lyd", 3 },        { "mad", 2 },
    { "mdl", 2 },       { "mga", 2 },        { "mkd", 2 },
    { "mmk", 2 },       { "mnt", 2 },        { "mop", 2 },
    { "mru", 2 },       { "mur", 2 },        { "mvr", 2 },
    { "mwk", 2 },       { "mxn", 2, 1000 },  { "mxv", 2 },
    { "myr", 2, 200 },  { "mzn", 2 },        { "nad", 2 },
    { "ngn", 2 },       { "nio", 2 },        { "nok", 2, 300 },
    { "npr", 2 },       { "nzd", 2, 50 },    { "omr", 3 },
    { "pab", 2 },       { "pen", 2 },        { "pgk", 2 },
    { "php", 2 },       { "pkr", 2 },        { "pln", 2, 200 },
    { "pyg", 0 },       { "qar", 2 },        { "ron", 2, 200 },
    { "rsd", 2 },       { "rub", 2 },        { "rwf", 0 },
    { "sar", 2 },       { "sbd", 2 },        { "scr", 2 },
    { "sdg", 2 },       { "sek", 2, 300 },   { "sgd", 2, 50 },
    { "shp", 2 },       { "sle", 2 },        { "sos", 2 },
    { "srd", 2 },       { "ssp", 2 },        { "stn", 2 },
    { "svc", 2 },       { "syp", 2 },        { "szl", 2 },
    { "thb", 2, 1000 }, { "tjs", 2 },        { "tmt", 2 },
    { "tnd", 3 },       { "top", 2 },        { "try", 2 },
    { "ttd", 2 },       { "twd", 2 },        { "tzs", 2 },
    { "uah", 2 },       { "ugx", 0 },        { "usd", 2, 50 },
    { "usn", 2 },       { "uyi", 0 },        { "uyu", 2 },
    { "uyw", 4 },       { "uzs", 2 },        { "ved", 2 },
    { "ves", 2 },       { "vnd", 0 },        { "vuv", 0 },
    { "wst", 2 },       { "xaf", 0 },        { "xcd", 2 },
    { "xcg", 2 },       { "xof", 0 },        { "xpf", 0 },
    { "yer", 2 },       { "zar", 2 },        { "zmw", 2 },
    { "zwg", 2 },
};
#define COUNT (sizeof(currencies) / sizeof(currencies[0]))

static int currency_compare(const void *code, const void *row)
{
    return memcmp(code, ((const sl_currency *)row)->code, 3);
}

const sl_currency *sl_currency_find(const char *code, size_t length)
{
    char lower[3];
    if (code == NULL || length != sizeof(lower))
        return NULL;
    for (size_t i = 0; i < sizeof(lower); i++)
        lower[i] = (char)(code[i] >= 'A' && code[i] <= 'Z' ? code[i] + ('a' - 'A') : code[i]);
    return bsearch(lower, currencies, COUNT, sizeof(currencies[0]), currency_compare);
}

static char standard[4] = "usd";

void sl_currency_default_set(const char *code)
{
    const sl_currency *row = sl_currency_find(code, code ? strlen(code) : 0);
    if (row != NULL)
        memcpy(standard, row->code, sizeof(standard));
}

const char *sl_currency_default(void)
{
    return standard;
}

const sl_currency *sl_currency_at(size_t index)
{
    return index < COUNT ? &currencies[index] : NULL;
}
