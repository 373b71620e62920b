/*
 * clock.c: the system's clocks, and ISO 8601 in both directions.
 *
 * Days are counted by the proleptic Gregorian calendar from a year that begins in March, so that a leap day is the last day
 * of its year.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/base/clock.h"

#include <stdbool.h>
#include <string.h>
#include <time.h>

#define DAY 86400
#define YEAR_FIRST (INT64_C(-62135596800)) /* 0001-01-01T00:00:00Z */
#define YEAR_LAST (INT64_C(253402300799))  /* 9999-12-31T23:59:59Z */

static struct timespec clock_read(clockid_t which)
{
    struct timespec now = { 0 };
    (void)clock_gettime(which, &now);
    return now;
}

int64_t sl_clock_unix(void)
{
    return clock_read(CLOCK_REALTIME).tv_sec;
}

int64_t sl_clock_unix_ms(void)
{
    struct timespec now = clock_read(CLOCK_REALTIME);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t sl_clock_monotonic_ms(void)
{
    struct timespec now = clock_read(CLOCK_MONOTONIC);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t sl_clock_monotonic_us(void)
{
    struct timespec now = clock_read(CLOCK_MONOTONIC);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* Days from 1970-01-01 to the first of a March-based year's day: 400 years are 146097 days, a month's start is
 * (153 * month + 2) / 5 with March as 0. */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
    int64_t march_year = month > 2 ? year : year - 1;
    int64_t march_month = month > 2 ? month - 3 : month + 9;
    int64_t leap_days = march_year / 4 - march_year / 100 + march_year / 400;
    return march_year * 365 + leap_days + (153 * march_month + 2) / 5 + day - 1 - 719468;
}

static void date_of(int64_t days, int64_t *ret_year, int64_t *ret_month, int64_t *ret_day)
{
    int64_t shifted = days + 719468;
    int64_t era = shifted / 146097;
    int64_t in_era = shifted % 146097;
    int64_t year = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
    int64_t in_year = in_era - (365 * year + year / 4 - year / 100);
    int64_t march_month = (5 * in_year + 2) / 153;
    *ret_day = in_year - (153 * march_month + 2) / 5 + 1;
    *ret_month = march_month < 10 ? march_month + 3 : march_month - 9;
    *ret_year = era * 400 + year + (*ret_month <= 2);
}

static char *digits_put(char *at, int64_t number, int width)
{
    for (int i = width - 1; i >= 0; i--) {
        at[i] = (char)('0' + number % 10);
        number /= 10;
    }
    return at + width;
}

size_t sl_clock_iso8601(int64_t unix_seconds, char *ret)
{
    if (unix_seconds < YEAR_FIRST)
        unix_seconds = YEAR_FIRST;
    if (unix_seconds > YEAR_LAST)
        unix_seconds = YEAR_LAST;
    int64_t days = unix_seconds / DAY;
    int64_t second = unix_seconds % DAY;
    if (second < 0) {
        second += DAY;
        days--;
    }
    int64_t year = 0;
    int64_t month = 0;
    int64_t day = 0;
    date_of(days, &year, &month, &day);
    char *at = digits_put(ret, year, 4);
    *at++ = '-';
    at = digits_put(at, month, 2);
    *at++ = '-';
    at = digits_put(at, day, 2);
    *at++ = 'T';
    at = digits_put(at, second / 3600, 2);
    *at++ = ':';
    at = digits_put(at, second / 60 % 60, 2);
    *at++ = ':';
    at = digits_put(at, second % 60, 2);
    *at++ = 'Z';
    *at = '\0';
    return (size_t)(at - ret);
}

/* Reads exactly `width` digits and moves on. */
static bool digits_take(const char **at, int width, int64_t *ret)
{
    int64_t number = 0;
    for (int i = 0; i < width; i++) {
        char c = (*at)[i];
        if (c < '0' || c > '9')
            return false;
        number = number * 10 + (c - '0');
    }
    *at += width;
    *ret = number;
    return true;
}

static bool char_take(const char **at, char c)
{
    if (**at != c)
        return false;
    (*at)++;
    return true;
}

static bool date_take(const char **at, int64_t *ret_days)
{
    static const int month_days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    int64_t year = 0;
    int64_t month = 0;
    int64_t day = 0;
    if (!digits_take(at, 4, &year) || !char_take(at, '-') || !digits_take(at, 2, &month) ||
        !char_take(at, '-') || !digits_take(at, 2, &day))
        return false;
    if (year < 1 || month < 1 || month > 12 || day < 1)
        return false;
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    if (day > month_days[month - 1] + (month == 2 && leap ? 1 : 0))
        return false;
    *ret_days = days_of(year, month, day);
    return true;
}

/* "12:30", "12:30:59", "12:30:59.123": a fraction of a second is dropped. Second 60 is a leap second (RFC 3339). */
static bool time_take(const char **at, int64_t *ret_seconds)
{
    int64_t hour = 0;
    int64_t minute = 0;
    int64_t second = 0;
    if (!digits_take(at, 2, &hour) || !char_take(at, ':') || !digits_take(at, 2, &minute))
        return false;
    if (char_take(at, ':')) {
        if (!digits_take(at, 2, &second))
            return false;
        if (char_take(at, '.')) {
            int64_t ignored = 0;
            if (!digits_take(at, 1, &ignored))
                return false;
            *at += strspn(*at, "0123456789");
        }
    }
    if (hour > 23 || minute > 59 || second > 60)
        return false;
    *ret_seconds = hour * 3600 + minute * 60 + second;
    return true;
}

/* "Z", "+01:00", "-0530", "+01" or nothing. */
static bool offset_take(const char **at, int64_t *ret_seconds)
{
    *ret_seconds = 0;
    if (char_take(at, 'Z') || char_take(at, 'z') || **at == '\0')
        return true;
    int64_t sign = **at == '-' ? -1 : 1;
    if (!char_take(at, '+') && !char_take(at, '-'))
        return false;
    int64_t hour = 0;
    int64_t minute = 0;
    if (!digits_take(at, 2, &hour))
        return false;
    if (**at != '\0') {
        (void)char_take(at, ':');
        if (!digits_take(at, 2, &minute))
            return false;
    }
    if (hour > 23 || minute > 59)
        return false;
    *ret_seconds = sign * (hour * 3600 + minute * 60);
    return true;
}

int sl_clock_parse(const char *text, int64_t *ret_unix_seconds)
{
    if (text == NULL)
        return -1;
    const char *at = text;
    int64_t days = 0;
    int64_t seconds = 0;
    int64_t offset = 0;
    if (!date_take(&at, &days))
        return -1;
    if (*at != '\0') {
        if (*at != 'T' && *at != 't' && *at != ' ')
            return -1;
        at++;
        if (!time_take(&at, &seconds) || !offset_take(&at, &offset) || *at != '\0')
            return -1;
    }
    int64_t unix_seconds = days * DAY + seconds - offset;
    if (unix_seconds < YEAR_FIRST || unix_seconds > YEAR_LAST)
        return -1;
    *ret_unix_seconds = unix_seconds;
    return 0;
}
