/*
 * endpoint_model.h: the row of a webhook endpoint and what clients see of it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ENDPOINT_MODEL_H
#define ENDPOINT_MODEL_H

#include "webhook_endpoints.h"

#define ENDPOINT_ENABLED "enabled"
#define ENDPOINT_DISABLED "disabled"

struct endpoint {
    const char *id;
    int64_t created;
    int64_t version;
    const char *url;
    const char *status;
    const char *description;
    const char *api_version;
    sl_list enabled_events; /* of texts */
    const sl_map *metadata;
    const char *secret;     /* sealed */
    const char *old_secret; /* sealed, or NULL; good until old_secret_expires */
    int64_t old_secret_expires;

    /* no columns */
    const char *shown_secret; /* the secret itself, in the one answer that shows it */
    bool deleted;
};

extern const sl_table endpoints_table;
extern const sl_resource endpoint_resource;

#endif
