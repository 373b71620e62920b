/*
 * webhook_endpoints.c: the plugin's options and its start.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "webhook_endpoints.h"

#include "endpoint_cache.h"

#define DAY 86400

const sl_field webhook_option_fields[] = {
    SL_BOOL(struct webhook_options, webhooks_allow_private_addresses, .initial = "false",
            .hidden = true, .doc = "Deliver to private and loopback addresses"),
    SL_STRINGS(struct webhook_options, webhooks_retry_schedule, .hidden = true,
               .doc = "Seconds before each further try of a delivery"),
    SL_INT64(struct webhook_options, keep_days, .initial = "30", .min = 1, .max = 3650,
             .doc = "Days that finished deliveries are kept"),
    SL_FIELDS_END,
};

static struct webhook_rules rules;

/* What alarms and graphs look at is there before it is counted. */
static const char *const delivery_outcomes[] = { OUTCOME_DELIVERED, OUTCOME_FAILED,
                                                 OUTCOME_GIVEN_UP, OUTCOME_CANCELED, NULL };

const struct webhook_rules *webhook_rules(void)
{
    return &rules;
}

sl_status webhook_endpoints_start(sl_context *cx, sl_plugin *self)
{
    const struct webhook_options *options = sl_options(self);
    rules = (struct webhook_rules){
        .http_flags =
            options->webhooks_allow_private_addresses ? SL_HTTP_NO_LINK_LOCAL : SL_HTTP_NO_PRIVATE,
        .keep = options->keep_days * DAY,
    };
    if (options->webhooks_retry_schedule.count > TRIES_MOST)
        return sl_fail(cx, SL_E_INVALID, NULL, "webhooks.retry_schedule has more than %d pauses.",
                       TRIES_MOST);
    for (uint32_t i = 0; i < options->webhooks_retry_schedule.count; i++) {
        rules.pause[i] = number_of(*SL_ITEM(options->webhooks_retry_schedule, const char *, i));
        rules.patience += rules.pause[i];
    }
    rules.pauses = options->webhooks_retry_schedule.count;
    rules.patience += (int64_t)(rules.pauses + 1) * TRY_SECONDS;
    for (const char *const *one = delivery_outcomes; *one; one++)
        sl_metric_add(DELIVERIES_METRIC, "outcome", *one, 0);
    endpoint_cache_start(cx);
    return SL_OK;
}

void webhook_endpoints_stop(sl_plugin *self)
{
    (void)self;
    endpoint_cache_stop();
}
