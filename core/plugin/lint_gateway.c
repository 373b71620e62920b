/*
 * lint_gateway.c: what is wrong with a gateway's type and its operations.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <string.h>

#include <stripe_lite/money.h>

#include "core/plugin/lint.h"
#include "core/plugin/lint_description.h"

#define GATEWAYS_MOST 64
#define TEXTS_MOST 256

/* ---- what the loader refuses ---- */

static void lint_operations(struct lint *lint, const sl_gateway_type *of)
{
    const size_t least = offsetof(sl_gateway_operations, health) + sizeof(void *);
    const sl_gateway_operations *operations = of->operations;
    if (!operations || operations->struct_size < least) {
        lint_found(lint, true,
                   "gateway \"%s\" has operations of %u bytes, and the smallest table has %zu",
                   of->name, operations ? operations->struct_size : 0u, least);
        return;
    }
    if (!operations->authorize)
        lint_found(lint, false, "gateway \"%s\" cannot authorize: no payment goes through it",
                   of->name);
    else if (!operations->retrieve)
        lint_found(lint, false, "gateway \"%s\" cannot retrieve: an unknown outcome stays unknown",
                   of->name);
    if (operations->parse_webhook && !operations->verify_webhook)
        lint_found(lint, true, "gateway \"%s\" parses webhooks and does not verify them", of->name);
}

/* A list of texts that a gateway takes; each must be `known`. */
static void lint_texts(struct lint *lint, const char *gateway, const char *what,
                       const char *const *texts, bool (*known)(const char *text))
{
    uint32_t i = 0;
    for (; texts && i < TEXTS_MOST && texts[i]; i++) {
        if (!known(texts[i])) {
            lint_found(lint, true, "gateway \"%s\" takes the unknown %s \"%.20s\"", gateway, what,
                       texts[i]);
            return;
        }
    }
    if (texts && i == 0)
        lint_found(lint, true, "gateway \"%s\" takes no %s; NULL is all that it may", gateway,
                   what);
}

/* As payments name it, in small letters: another spelling would never fit one. */
static bool currency_known(const char *text)
{
    return lint_is_word(text) && sl_currency_exponent(text) >= 0;
}

static bool is_given_before(const sl_gateway_type *gateways, uint32_t index)
{
    for (uint32_t i = 0; i < index; i++) {
        if (strcmp(gateways[i].name, gateways[index].name) == 0)
            return true;
    }
    return false;
}

/* Whether the line is one: what follows a table without its end rarely has zeros there. */
static bool is_line(const sl_gateway_type *line)
{
    static const uint64_t zeros[3];
    return line->reserved_number == 0 && memcmp(line->reserved, zeros, sizeof(zeros)) == 0;
}

void lint_gateways(struct lint *lint, const sl_plugin_descriptor *of)
{
    uint32_t i = 0;
    for (const sl_gateway_type *one = of->gateways; one && one->name; one++, i++) {
        if (i == GATEWAYS_MOST || !is_line(one)) {
            lint_found(lint, true,
                       "the table of gateways has no SL_GATEWAYS_END behind its line %u, or that "
                       "has something in reserved members",
                       i);
            return;
        }
        if (!lint_is_word(one->name))
            lint_found(lint, true,
                       "the gateway's name \"%.80s\" is not small letters, digits and _, beginning "
                       "with a letter, at most 63",
                       one->name);
        if (is_given_before(of->gateways, i))
            lint_found(lint, true, "there are two gateways \"%s\"", one->name);
        lint_operations(lint, one);
        lint_texts(lint, one->name, "currency", one->currencies, currency_known);
        lint_texts(lint, one->name, "method", one->methods, lint_is_word);
    }
    if (of->gateways && i == 0)
        lint_found(lint, true, "the table of gateways is empty: its first line has no name");
}

/* ---- what the check tells besides ---- */

#define AT(member) offsetof(sl_gateway_operations, member)

static bool has(const sl_gateway_operations *operations, size_t offset)
{
    void *function = NULL;
    memcpy(&function, (const char *)operations + offset, sizeof(function));
    return function != NULL;
}

static const struct {
    uint32_t flag;
    const char *name;
    size_t needs;
    const char *function;
} promises[] = {
    { SL_GATEWAY_CAN_PARTIAL_CAPTURE, "SL_GATEWAY_CAN_PARTIAL_CAPTURE", AT(capture), "capture" },
    { SL_GATEWAY_CAN_REFUND_IN_PARTS, "SL_GATEWAY_CAN_REFUND_IN_PARTS", AT(refund), "refund" },
    { SL_GATEWAY_CAN_AUTHENTICATE, "SL_GATEWAY_CAN_AUTHENTICATE", AT(authorize), "authorize" },
};

/* Functions that are of no use without another. */
static const struct {
    size_t has;
    const char *function;
    size_t needs;
    const char *missing;
    const char *why;
} pairs[] = {
    { AT(verify_webhook), "verify_webhook", AT(parse_webhook), "parse_webhook",
      "what it verified is never read" },
    { AT(capture), "capture", AT(authorize), "authorize", "nothing is ever held" },
    { AT(capture), "capture", AT(cancel), "cancel", "what is held cannot be let go" },
    { AT(cancel), "cancel", AT(authorize), "authorize", "nothing is ever held" },
    { AT(refund), "refund", AT(authorize), "authorize", "nothing is ever paid" },
    { AT(retrieve), "retrieve", AT(authorize), "authorize", "there is no attempt to ask for" },
    { AT(attach), "attach", AT(tokenize), "tokenize", "there is nothing to attach" },
};

static void lint_promises(struct lint *lint, const sl_gateway_type *of)
{
    const sl_gateway_operations *operations = of->operations;
    uint32_t unknown = operations->flags & ~SL_GATEWAY_TEST_ONLY;
    for (size_t i = 0; i < sizeof(promises) / sizeof(promises[0]); i++) {
        unknown &= ~promises[i].flag;
        if ((operations->flags & promises[i].flag) && !has(operations, promises[i].needs))
            lint_found(lint, true, "gateway \"%s\" promises %s and has no %s", of->name,
                       promises[i].name, promises[i].function);
    }
    if (unknown)
        lint_found(lint, true, "gateway \"%s\" has the unknown flags 0x%x", of->name, unknown);
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        if (has(operations, pairs[i].has) && !has(operations, pairs[i].needs))
            lint_found(lint, true, "gateway \"%s\" has %s and no %s: %s", of->name,
                       pairs[i].function, pairs[i].missing, pairs[i].why);
    }
}

uint32_t sl_gateway_lint(sl_context *cx, const sl_plugin_descriptor *descriptor, sl_lint_tell tell,
                         void *data)
{
    struct lint lint = { .cx = cx, .tell = tell, .data = data };
    uint32_t unplayable = 0;
    for (const sl_gateway_type *one = descriptor->gateways; one && one->name; one++) {
        lint_promises(&lint, one);
        uint32_t before = lint.musts;
        lint_description(&lint, descriptor, one);
        unplayable += lint.musts - before;
    }
    return unplayable;
}
