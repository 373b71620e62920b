/*
 * lint_description.c: the tables of <stripe_lite/conformance.h>, read before anything is played by them.
 *
 * A table without its end line runs into whatever the linker put behind it, which often is the next table: so a table ends, too,
 * where another one begins, and a line that has something in its reserved members is none.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/plugin/lint_description.h"

#include <string.h>
#include <strings.h>

#include <stripe_lite/money.h>

#define LINES_MOST 256
#define TABLES_MOST 1024

struct reading {
    struct lint *lint;
    const sl_plugin_descriptor *of;
    const char *gateway;
    const char *where; /* whose table is read: "authorize (approved)" */
    const void *starts[TABLES_MOST];
    uint32_t count;
};

/* Whether the table is seen for the first time. */
static bool start_add(struct reading *r, const void *table)
{
    if (!table)
        return false;
    for (uint32_t i = 0; i < r->count; i++) {
        if (r->starts[i] == table)
            return false;
    }
    if (r->count < TABLES_MOST)
        r->starts[r->count++] = table;
    return true;
}

/* Whether line `index` still belongs to the table: tells of it when not. `clean`: its reserved members are zero. */
static bool line_check(struct reading *r, const void *line, uint32_t index, bool clean,
                       const char *end)
{
    bool other = false;
    for (uint32_t i = 0; index > 0 && i < r->count; i++)
        other = other || r->starts[i] == line;
    if (other)
        lint_found(r->lint, true, "gateway \"%s\": %s has no %s: it runs into the next table",
                   r->gateway, r->where, end);
    else if (!clean || index == LINES_MOST)
        lint_found(r->lint, true,
                   "gateway \"%s\": %s has no %s behind its line %u, or that has something in "
                   "reserved members",
                   r->gateway, r->where, end, index);
    return !other && clean && index < LINES_MOST;
}

static bool is_zero(const uint64_t *words, size_t count)
{
    uint64_t all = 0;
    for (size_t i = 0; i < count; i++)
        all |= words[i];
    return all == 0;
}

static void fault(struct reading *r, const char *sentence)
{
    lint_found(r->lint, true, "gateway \"%s\": %s %s", r->gateway, r->where, sentence);
}

/* ---- exchanges ---- */

static void lint_exchange(struct reading *r, const sl_gateway_exchange *one)
{
    sl_context *cx = r->lint->cx;
    if (one->request && !lint_is_request(one->request))
        fault(r, sl_format(cx, "answers \"%.80s\", which is not \"METHOD /path\"", one->request));
    if (one->flags & ~SL_EXCHANGE_HARMLESS)
        fault(r, sl_format(cx, "has an answer with the unknown flags 0x%x", one->flags));
    size_t length = one->headers ? strlen(one->headers) : 0;
    if (one->headers && (length < 2 || strcmp(one->headers + length - 2, "\r\n") != 0))
        fault(r, "has headers whose last line does not end in \\r\\n");
}

static void lint_exchanges(struct reading *r, const char *where, const sl_gateway_exchange *lines)
{
    r->where = where;
    for (uint32_t i = 0; lines && lines[i].status != 0; i++) {
        if (!line_check(r, &lines[i], i, is_zero(lines[i].reserved, 2), "SL_EXCHANGES_END"))
            return;
        if (lines[i].status < 100 || lines[i].status > 599) {
            fault(r, sl_format(r->lint->cx,
                               "answers with status %d, which is none; or it has no "
                               "SL_EXCHANGES_END behind its line %u",
                               lines[i].status, i));
            return;
        }
        lint_exchange(r, &lines[i]);
    }
}

/* ---- examples ---- */

static bool operation_known(const char *name)
{
    static const char *const names[] = { "authorize", "capture",  "void",
                                         "refund",    "retrieve", "tokenize" };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(names[i], name) == 0)
            return true;
    }
    return false;
}

static bool kind_fits(const sl_gateway_example *one)
{
    if (strcmp(one->operation, "tokenize") == 0)
        return one->kind == SL_GATEWAY_APPROVED || one->kind == SL_GATEWAY_DECLINED;
    if (one->kind == SL_GATEWAY_NEVER_HAPPENED)
        return strcmp(one->operation, "retrieve") == 0;
    return one->kind >= SL_GATEWAY_APPROVED && one->kind <= SL_GATEWAY_UNKNOWN;
}

static void lint_example(struct reading *r, const sl_gateway_example *one)
{
    sl_context *cx = r->lint->cx;
    bool retrieve = strcmp(one->operation, "retrieve") == 0;
    if (!operation_known(one->operation))
        fault(r, "is of no operation: authorize, capture, void, refund, retrieve, tokenize");
    else if (!kind_fits(one))
        fault(r, sl_format(cx, "must become %d, which is no outcome of it", one->kind));
    if (one->hold && strcmp(one->operation, "authorize") != 0)
        fault(r, "is held, which only authorize can be");
    if (one->of && (!retrieve || !operation_known(one->of)))
        fault(r, sl_format(cx, "is of \"%.40s\", which nothing can be retrieved of", one->of));
    if (one->currency && sl_currency_exponent(one->currency) < 0)
        fault(r, sl_format(cx, "has the unknown currency \"%.20s\"", one->currency));
}

static const char *example_name(struct reading *r, const sl_gateway_example *one)
{
    const char *situation = one->situation ? one->situation : "of no situation";
    return sl_format(r->lint->cx, "the example %.40s (%.80s)", one->operation, situation);
}

/* How many lines may be read. */
static uint32_t lint_examples(struct reading *r, const sl_gateway_example *lines)
{
    uint32_t i = 0;
    for (; lines && lines[i].operation; i++) {
        bool clean = is_zero(lines[i].reserved, 4) && !lines[i].spare[0] && !lines[i].spare[1] &&
                     !lines[i].spare[2];
        r->where = "the table of examples";
        if (!line_check(r, &lines[i], i, clean, "SL_EXAMPLES_END"))
            return i;
        r->where = example_name(r, &lines[i]);
        lint_example(r, &lines[i]);
    }
    r->where = "the description";
    if (i == 0)
        fault(r, "has no examples");
    return i;
}

/* ---- pairs: options, headers ---- */

static void lint_pairs(struct reading *r, const char *where, const sl_pair *lines)
{
    r->where = where;
    for (uint32_t i = 0; lines && lines[i].name; i++) {
        if (!line_check(r, &lines[i], i, true, "line with a NULL name at its end"))
            return;
        if (!lines[i].value)
            fault(r, sl_format(r->lint->cx, "has no value for \"%.80s\"", lines[i].name));
    }
}

static void lint_options(struct reading *r, const sl_pair *lines)
{
    uint32_t before = r->lint->musts;
    lint_pairs(r, "the table of options", lines);
    for (; before == r->lint->musts && lines && lines->name; lines++) {
        const sl_field *field = r->of->options;
        while (field && field->type != SL_TYPE_END && strcmp(field->name, lines->name) != 0)
            field++;
        if (!field || field->type == SL_TYPE_END)
            fault(r, sl_format(r->lint->cx, "gives \"%.80s\", which is no option of the plugin",
                               lines->name));
    }
}

/* ---- webhooks ---- */

static void lint_webhook(struct reading *r, const sl_gateway_webhook_example *one)
{
    uint32_t before = r->lint->musts;
    const char *where = sl_format(r->lint->cx, "the webhook (%.80s)",
                                  one->situation ? one->situation : "no situation");
    lint_pairs(r, where, one->headers);
    if (!one->id)
        fault(r, "does not say which id its event must have");
    if (!one->signature || before != r->lint->musts)
        return;
    const sl_pair *header = one->headers;
    while (header && header->name && strcasecmp(header->name, one->signature) != 0)
        header++;
    if (!header || !header->name)
        fault(r, sl_format(r->lint->cx, "has its signature in \"%.80s\", which is no header of it",
                           one->signature));
}

/* How many lines may be read. */
static uint32_t lint_webhooks(struct reading *r, const sl_gateway_webhook_example *lines)
{
    uint32_t i = 0;
    for (; lines && lines[i].body; i++) {
        r->where = "the table of webhooks";
        if (!line_check(r, &lines[i], i, is_zero(lines[i].reserved, 4), "SL_WEBHOOK_EXAMPLES_END"))
            return i;
        lint_webhook(r, &lines[i]);
    }
    return i;
}

/* ---- all of it ---- */

void lint_description(struct lint *lint, const sl_plugin_descriptor *of,
                      const sl_gateway_type *gateway)
{
    const sl_gateway_conformance *told = gateway->conformance;
    const size_t least = offsetof(sl_gateway_conformance, webhooks) + sizeof(void *);
    struct reading r = { .lint = lint, .of = of, .gateway = gateway->name };
    if (!told)
        return;
    if (told->struct_size < least) {
        lint_found(lint, true,
                   "gateway \"%s\" has a description of %u bytes, and the smallest has %zu",
                   gateway->name, told->struct_size, least);
        return;
    }
    start_add(&r, told->options);
    start_add(&r, told->examples);
    start_add(&r, told->webhooks);
    start_add(&r, told->exchanges);
    lint_options(&r, told->options);
    uint32_t examples = lint_examples(&r, told->examples);
    uint32_t webhooks = lint_webhooks(&r, told->webhooks);
    bool *fresh = sl_alloc(lint->cx, (examples + 2 * webhooks + 1) * sizeof(*fresh));
    /* All starts are known before the first of these tables is read. */
    for (uint32_t i = 0; i < examples; i++)
        fresh[i] = start_add(&r, told->examples[i].exchanges);
    for (uint32_t i = 0; i < webhooks; i++) {
        fresh[examples + 2 * i] = start_add(&r, told->webhooks[i].exchanges);
        fresh[examples + 2 * i + 1] = start_add(&r, told->webhooks[i].refusals);
    }
    lint_exchanges(&r, "the table of exchanges", told->exchanges);
    for (uint32_t i = 0; i < examples; i++)
        lint_exchanges(&r, example_name(&r, &told->examples[i]),
                       fresh[i] ? told->examples[i].exchanges : NULL);
    for (uint32_t i = 0; i < webhooks; i++) {
        lint_exchanges(&r, "the yes to a webhook",
                       fresh[examples + 2 * i] ? told->webhooks[i].exchanges : NULL);
        lint_exchanges(&r, "the no to a webhook",
                       fresh[examples + 2 * i + 1] ? told->webhooks[i].refusals : NULL);
    }
}
