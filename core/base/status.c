/*
 * status.c: name and HTTP status of every result, from one table.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/base/status.h"

struct status_row {
    const char *name;
    int32_t http;
    const char *type;
};

#define INVALID "invalid_request_error"
#define API "api_error"
#define ROW(STATUS, HTTP, TYPE) [-(STATUS)] = { #STATUS, HTTP, TYPE }

/* Types and HTTP statuses: Stripe's "Errors" document. */
static const struct status_row rows[] = {
    ROW(SL_OK, 200, ""),
    ROW(SL_E_INVALID, 400, INVALID),
    ROW(SL_E_UNPROCESSABLE, 422, INVALID),
    ROW(SL_E_UNAUTHENTICATED, 401, INVALID),
    ROW(SL_E_FORBIDDEN, 403, INVALID),
    ROW(SL_E_NOT_FOUND, 404, INVALID),
    ROW(SL_E_METHOD, 405, INVALID),
    ROW(SL_E_CARD, 402, "card_error"),
    ROW(SL_E_CONFLICT, 409, INVALID),
    ROW(SL_E_EXISTS, 409, INVALID),
    ROW(SL_E_IDEMPOTENCY, 400, "idempotency_error"),
    ROW(SL_E_RATE, 429, "invalid_request_error"),
    ROW(SL_E_TOO_LARGE, 413, INVALID),
    ROW(SL_E_MEDIA, 415, INVALID),
    ROW(SL_E_UNSUPPORTED, 400, INVALID),
    ROW(SL_E_UNAVAILABLE, 503, API),
    ROW(SL_E_TIMEOUT, 504, API),
    ROW(SL_E_CANCELLED, 503, API),
    ROW(SL_E_UNKNOWN, 503, API),
    ROW(SL_E_INTERNAL, 500, API),
    ROW(SL_E_GATEWAY, 502, API),
};

static const struct status_row *row_of(sl_status status)
{
    const int32_t count = (int32_t)(sizeof(rows) / sizeof(rows[0]));
    if (status > 0 || status <= -count)
        return &rows[-SL_E_INTERNAL];
    return &rows[-status];
}

const char *sl_status_name(sl_status status)
{
    return row_of(status)->name;
}

int32_t sl_status_http(sl_status status)
{
    return row_of(status)->http;
}

const char *sl_status_type(sl_status status)
{
    return row_of(status)->type;
}
