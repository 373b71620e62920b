/*
 * misshapen.c: the example adapter with one fault at a time in its tables, for the lint to find.
 *
 * STRIPE_LITE_BROKEN names the fault; gateway_lint.test.js says for each which sentence must be told.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdlib.h>
#include <string.h>

#include <stripe_lite/stripe_lite.h>

#undef SL_PLUGIN
#define SL_PLUGIN(...) static const sl_plugin_descriptor acme = { __VA_ARGS__ };

#include "gateway_acme.c" /* NOLINT(bugprone-suspicious-include) */

static bool fault(const char *name)
{
    const char *wanted = getenv("STRIPE_LITE_BROKEN");
    return wanted && strcmp(wanted, name) == 0;
}

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* Tables that may be spoiled; each `after` is what lies behind one without an end. */
static struct {
    sl_gateway_type types[2];
    sl_gateway_type after;
} listed;
static struct {
    sl_gateway_example lines[COUNT(examples)];
    sl_gateway_example after;
} shown;
static struct {
    sl_gateway_exchange first[2];
    sl_gateway_exchange second[2];
} asked;
static struct {
    sl_pair lines[COUNT(check_options)];
    sl_gateway_exchange after[2];
} given;
static struct {
    sl_gateway_webhook_example lines[2];
    sl_gateway_webhook_example after;
} told_by;
static sl_pair headers[COUNT(webhook_headers)];
static sl_gateway_operations changed;
static sl_gateway_conformance told;
static sl_plugin_descriptor descriptor;

static void tables_copy(void)
{
    listed.types[0] = gateways[0];
    listed.types[0].operations = &changed;
    listed.types[0].conformance = &told;
    memcpy(shown.lines, examples, sizeof(examples));
    memcpy(asked.first, charge_done, sizeof(charge_done));
    memcpy(asked.second, charge_declined, sizeof(charge_declined));
    memcpy(given.lines, check_options, sizeof(check_options));
    memcpy(given.after, captured, sizeof(captured));
    memcpy(told_by.lines, webhooks, sizeof(webhooks));
    memcpy(headers, webhook_headers, sizeof(headers));
    changed = operations;
    told = conformance;
    told.options = given.lines;
    told.examples = shown.lines;
    told.webhooks = told_by.lines;
    told_by.lines[0].headers = headers;
    shown.lines[0].exchanges = asked.first;
    shown.lines[3].exchanges = asked.second; /* declined for lack of funds */
    descriptor = acme;
    descriptor.struct_size = sizeof(descriptor);
    descriptor.abi_version = SL_ABI_VERSION;
    descriptor.gateways = listed.types;
}

static void operations_spoil(void)
{
    if (fault("no_capture"))
        changed.capture = NULL;
    if (fault("no_refund"))
        changed.refund = NULL;
    if (fault("no_cancel"))
        changed.cancel = NULL;
    if (fault("no_authorize"))
        changed.authorize = NULL;
    if (fault("no_parse"))
        changed.parse_webhook = NULL;
    if (fault("no_verify"))
        changed.verify_webhook = NULL;
    if (fault("flags"))
        changed.flags |= 1u << 20;
    if (fault("small_operations"))
        changed.struct_size = 24;
}

static void gateways_spoil(void)
{
    static const char *const currencies[] = { "usd", "EUR", NULL };
    static const char *const methods[] = { NULL };
    if (fault("no_name"))
        listed.types[0].name = NULL;
    if (fault("wrong_name"))
        listed.types[0].name = "Acme Pay";
    if (fault("twice"))
        listed.types[1] = listed.types[0];
    if (fault("gateways_unended"))
        listed.types[1] = (sl_gateway_type){ .name = "behind", .reserved = { 1 } };
    if (fault("currencies"))
        listed.types[0].currencies = currencies;
    if (fault("methods"))
        listed.types[0].methods = methods;
}

static void description_spoil(void)
{
    if (fault("small_description"))
        told.struct_size = 8;
    if (fault("no_examples"))
        told.examples = NULL;
    if (fault("option_unknown"))
        given.lines[0].name = "secret_word";
    if (fault("option_without_value"))
        given.lines[0].value = NULL;
    if (fault("options_unended")) {
        given.lines[COUNT(given.lines) - 1] = (sl_pair){ "api_base", "$(upstream)" };
        told.exchanges = given.after;
    }
    if (fault("webhook_without_id"))
        told_by.lines[0].id = NULL;
    if (fault("webhook_signature"))
        told_by.lines[0].signature = "Other-Signature";
    if (fault("header_without_value"))
        headers[0].value = NULL;
    if (fault("webhooks_unended"))
        told_by.lines[1] = (sl_gateway_webhook_example){ .body = "{}", .reserved = { 1 } };
}

static void examples_spoil(void)
{
    sl_gateway_example *first = &shown.lines[0];
    if (fault("example_of_nothing"))
        first->operation = "settle";
    if (fault("example_without_kind"))
        first->kind = 0;
    if (fault("example_of_the_host"))
        first->kind = SL_GATEWAY_UNSUPPORTED;
    if (fault("example_never_happened"))
        first->kind = SL_GATEWAY_NEVER_HAPPENED;
    if (fault("example_held"))
        shown.lines[5].hold = true;
    if (fault("example_of_other"))
        first->of = "refund";
    if (fault("example_currency"))
        first->currency = "dollars";
    if (fault("examples_unended"))
        shown.lines[COUNT(examples) - 1] =
            (sl_gateway_example){ .operation = "void", .reserved = { 1 } };
    if (fault("exchanges_unended"))
        asked.first[1] = asked.first[0];
    if (fault("exchange_status"))
        asked.first[0].status = 7;
    if (fault("exchange_request"))
        asked.first[0].request = "SEND charges";
    if (fault("exchange_flags"))
        asked.first[0].flags = 8;
    if (fault("exchange_headers"))
        asked.first[0].headers = "Content-Type: text/plain";
}

SL_API const sl_plugin_descriptor *sl_plugin_descriptor_v1(void);
SL_API const sl_plugin_descriptor *sl_plugin_descriptor_v1(void)
{
    tables_copy();
    operations_spoil();
    gateways_spoil();
    description_spoil();
    examples_spoil();
    return &descriptor;
}
