/*
 * no_migrations.c: the migration folder that it names is not there.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stripe_lite/stripe_lite.h>

SL_PLUGIN(.name = "no_migrations", .version = "1.0.0", .summary = "No migrations",
          .migrations = "no_such_folder")
