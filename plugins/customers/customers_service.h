/*
 * customers_service.h: the functions behind "customers/1".
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CUSTOMERS_SERVICE_H
#define CUSTOMERS_SERVICE_H

#include <stripe_lite/services/customers.h>

extern const sl_customers_service customers_service;

#endif
