/*
 * main.c: the thin program; everything is in libstripe_lite.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/app/app.h"

int main(int argument_count, char **arguments)
{
    return sl_app_main(argument_count, arguments);
}
