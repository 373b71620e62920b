/*
 * command.c: what a plugin's command prints: results on standard output, messages on standard error.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdio.h>

#include <stripe_lite/plugin.h>

void sl_print(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vprintf(format, arguments);
    (void)fflush(stdout);
    va_end(arguments);
}

void sl_complain(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("stripe-lite: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
}
