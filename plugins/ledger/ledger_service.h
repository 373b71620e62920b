/*
 * ledger_service.h: the functions behind "ledger/1".
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef LEDGER_SERVICE_H
#define LEDGER_SERVICE_H

#include <stripe_lite/services/ledger.h>

extern const sl_ledger_service ledger_service;

#endif
