/*
 * payments_service.h: the functions behind "payments/1".
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef PAYMENTS_SERVICE_H
#define PAYMENTS_SERVICE_H

#include <stripe_lite/services/payments.h>

extern const sl_payments_service payments_service;

#endif
