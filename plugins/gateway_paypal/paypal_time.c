/*
 * paypal_time.c: moments as PayPal writes them.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "paypal_time.h"

#define DAY_SECONDS 86400
#define ERA_DAYS 146097     /* 400 years of the Gregorian calendar */
#define DAYS_TO_1970 719468 /* from 0000-03-01 */

/* Days since 1970-01-01. Years begin in March here, so that a leap day is the last of its year. */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
    if (month <= 2)
        year--;
    int64_t era = year / 400;
    int64_t in_era = year - era * 400;
    int64_t in_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * ERA_DAYS + in_era * 365 + in_era / 4 - in_era / 100 + in_year - DAYS_TO_1970;
}

const char *paypal_time_text(sl_context *cx, int64_t unix_seconds)
{
    int64_t since = unix_seconds / DAY_SECONDS + DAYS_TO_1970;
    int64_t era = since / ERA_DAYS;
    int64_t rest = since % ERA_DAYS;
    int64_t in_era = (rest - rest / 1460 + rest / 36524 - rest / 146096) / 365;
    int64_t in_year = rest - (365 * in_era + in_era / 4 - in_era / 100);
    int64_t march = (5 * in_year + 2) / 153;
    int64_t month = march < 10 ? march + 3 : march - 9;
    int64_t time = unix_seconds % DAY_SECONDS;
    int64_t year = era * 400 + in_era + (month <= 2 ? 1 : 0);
    int64_t day = in_year - (153 * march + 2) / 5 + 1;
    return sl_format(cx, "%04lld-%02lld-%02lldT%02lld:%02lld:%02lldZ", (long long)year,
                     (long long)month, (long long)day, (long long)(time / 3600),
                     (long long)(time / 60 % 60), (long long)(time % 60));
}

/* The number at a place of the pattern, which are digits. */
static int64_t digits(const char *text, size_t from, size_t count)
{
    int64_t number = 0;
    for (size_t i = from; i < from + count; i++)
        number = number * 10 + (text[i] - '0');
    return number;
}

int64_t paypal_time_read(const char *text)
{
    static const char pattern[] = "dddd-dd-ddTdd:dd:dd";
    for (size_t i = 0; pattern[i]; i++) {
        bool digit = text && text[i] >= '0' && text[i] <= '9';
        if (pattern[i] == 'd' ? !digit : !text || text[i] != pattern[i])
            return 0;
    }
    int64_t month = digits(text, 5, 2);
    if (month < 1 || month > 12)
        return 0;
    int64_t days = days_of(digits(text, 0, 4), month, digits(text, 8, 2));
    return days * DAY_SECONDS + digits(text, 11, 2) * 3600 + digits(text, 14, 2) * 60 +
           digits(text, 17, 2);
}
