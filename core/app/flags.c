/*
 * flags.c: reading flags: "--port 80", "--port=80", "--", words in between.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/app/flags.h"

#include <stdio.h>
#include <string.h>

static const sl_flag_row *flag_find(const sl_flag_row *flags, const char *word, size_t length)
{
    for (; flags && flags->name; flags++)
        if (strlen(flags->name) == length && memcmp(flags->name, word, length) == 0)
            return flags;
    return NULL;
}

static bool flag_keep(const sl_flag_row *flag, const char *value)
{
    size_t count = 0;
    if (flag->text) {
        *flag->text = value;
        return true;
    }
    while (flag->many[count])
        count++;
    if (count == SL_FLAG_MANY) {
        fprintf(stderr, "stripe-lite: %s may stand %d times at most\n", flag->name, SL_FLAG_MANY);
        return false;
    }
    flag->many[count] = value;
    return true;
}

static bool flag_take(const sl_invocation *invocation, const sl_flag_row *flag, const char *equals,
                      int32_t *at)
{
    if (flag->on) {
        if (equals)
            fprintf(stderr, "stripe-lite: %s takes no value\n", flag->name);
        *flag->on = true;
        return !equals;
    }
    if (equals)
        return flag_keep(flag, equals + 1);
    if (*at + 1 >= invocation->argument_count) {
        fprintf(stderr, "stripe-lite: %s needs a value\n", flag->name);
        return false;
    }
    return flag_keep(flag, invocation->arguments[++*at]);
}

bool sl_flags_read(const sl_invocation *invocation, const sl_flag_row *flags, const char **ret_rest,
                   size_t rest_limit)
{
    size_t rest = 0;
    bool only_words = false;
    for (int32_t at = 0; at < invocation->argument_count; at++) {
        const char *word = invocation->arguments[at];
        if (!only_words && strcmp(word, "--") == 0) {
            only_words = true;
            continue;
        }
        if (!only_words && word[0] == '-' && word[1]) {
            const char *equals = strchr(word, '=');
            const sl_flag_row *flag =
                flag_find(flags, word, equals ? (size_t)(equals - word) : strlen(word));
            if (!flag) {
                fprintf(stderr, "stripe-lite: unknown flag %s\n", word);
                return false;
            }
            if (!flag_take(invocation, flag, equals, &at))
                return false;
            continue;
        }
        if (rest == rest_limit) {
            fprintf(stderr, "stripe-lite: unexpected word '%s'\n", word);
            return false;
        }
        ret_rest[rest++] = word;
    }
    return true;
}
