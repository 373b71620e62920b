/*
 * settings_routes.c: /v1/test_helpers/simulator: the faults of an account, for tests. What a request does not name stays.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "settings_routes.h"

#include "fault.h"
#include "simulator_model.h"

#define LATENCY_MOST 60000
#define DELAY_MOST 3600000

const sl_field settings_params_fields[] = {
    SL_INT64(struct settings_params, latency_ms, .nullable = true, .min = 0, .max = LATENCY_MOST,
             .doc = "Milliseconds that the gateway takes for each answer"),
    SL_JSON(struct settings_params, error_rate,
            .doc = "Share of attempts, 0 to 1, that end with an error and are not carried out"),
    SL_JSON(struct settings_params, drop_answer_rate,
            .doc = "Share of attempts, 0 to 1, that are carried out although their answer is lost"),
    SL_INT64(struct settings_params, webhook_delay_ms, .nullable = true, .min = 0,
             .max = DELAY_MOST, .doc = "Milliseconds by which the gateway's notices are late"),
    SL_JSON(struct settings_params, webhook_duplicate_rate,
            .doc = "Share of notices, 0 to 1, that are told twice"),
    SL_JSON(struct settings_params, webhook_reorder_rate,
            .doc = "Share of notices, 0 to 1, that later ones overtake"),
    SL_FIELDS_END,
};

static void rate_show(sl_json *out, const char *name, int64_t rate)
{
    char text[FAULT_RATE_TEXT];
    fault_rate_write(rate, text);
    sl_json_raw(out, name, text);
}

static sl_status settings_reply(sl_context *cx, const struct simulator_settings *settings)
{
    sl_json *out = sl_json_new(cx);
    sl_json_open(out, NULL);
    sl_json_string(out, "object", "test_helpers.simulator");
    sl_json_bool(out, "livemode", sl_livemode(cx));
    sl_json_int(out, "latency_ms", settings->latency_ms);
    rate_show(out, "error_rate", settings->error_rate);
    rate_show(out, "drop_answer_rate", settings->drop_answer_rate);
    sl_json_int(out, "webhook_delay_ms", settings->webhook_delay_ms);
    rate_show(out, "webhook_duplicate_rate", settings->webhook_duplicate_rate);
    rate_show(out, "webhook_reorder_rate", settings->webhook_reorder_rate);
    sl_json_close(out);
    return sl_reply_json(cx, 200, out);
}

sl_status settings_show(sl_context *cx, const void *params)
{
    (void)params;
    struct simulator_settings settings;
    sl_status status = settings_load(cx, &settings);
    return status == SL_OK ? settings_reply(cx, &settings) : status;
}

static sl_status rate_set(sl_context *cx, const char *param, const char *text, int64_t *rate)
{
    if (!text || fault_rate_read(text, rate))
        return SL_OK;
    return sl_fail_param(cx, SL_E_INVALID, "parameter_invalid_number", param,
                         "Invalid %s: a number from 0 to 1 with at most six decimals is expected.",
                         param);
}

static sl_status rates_set(sl_context *cx, const struct settings_params *in,
                           struct simulator_settings *settings)
{
    const struct {
        const char *param;
        const char *text;
        int64_t *rate;
    } rates[] = {
        { "error_rate", in->error_rate, &settings->error_rate },
        { "drop_answer_rate", in->drop_answer_rate, &settings->drop_answer_rate },
        { "webhook_duplicate_rate", in->webhook_duplicate_rate, &settings->webhook_duplicate_rate },
        { "webhook_reorder_rate", in->webhook_reorder_rate, &settings->webhook_reorder_rate },
    };
    for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
        sl_status status = rate_set(cx, rates[i].param, rates[i].text, rates[i].rate);
        if (status != SL_OK)
            return status;
    }
    return SL_OK;
}

sl_status settings_set(sl_context *cx, const void *params)
{
    const struct settings_params *in = params;
    struct simulator_settings settings;
    sl_status status = settings_load(cx, &settings);
    if (status == SL_OK)
        status = rates_set(cx, in, &settings);
    if (status != SL_OK)
        return status;
    if (in->latency_ms != SL_NONE)
        settings.latency_ms = in->latency_ms;
    if (in->webhook_delay_ms != SL_NONE)
        settings.webhook_delay_ms = in->webhook_delay_ms;
    if (settings.version == 0) {
        settings.created = sl_now(cx);
        sl_insert(cx, &simulator_settings_table, &settings);
    } else {
        sl_update(
            cx, &simulator_settings_table, &settings,
            "latency_ms, error_rate, drop_answer_rate, webhook_delay_ms, webhook_duplicate_rate, "
            "webhook_reorder_rate");
    }
    return settings_reply(cx, &settings);
}
