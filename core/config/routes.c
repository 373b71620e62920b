/*
 * routes.c: gateway.routes, the rules by which a payment finds its gateways.
 *
 * A list of mappings. `use` names gateways; the other members say which payments the rule is for. Amounts are decimals of the
 * rule's own currencies and become minor units here, exactly, or are a fault: nobody compares them otherwise. Whether there are
 * such gateways is known once plugins are loaded (core/plugin/gateway_routes.c).
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <ctype.h>
#include <string.h>

#include <stripe_lite/money.h>

#include "core/base/buffer.h"
#include "core/base/currencies.h"
#include "core/base/text.h"
#include "core/config/yaml_walk.h"

#define WEIGHT_MOST 1000000
#define USE_MOST 8
#define TEXT_DEPTH 4 /* of the deepest value that a rule may have */

typedef struct rule_reading {
    const yaml_walk *walk;
    const char *path; /* "gateway.routes[0]" */
    sl_gateway_rule *rule;
    yaml_node_t *amount; /* read last: it needs the currencies */
    yaml_node_t *weight; /* the same: as many as gateways */
    bool broken;
} rule_reading;

static void rule_fault(rule_reading *r, const yaml_node_t *node, const char *sentence)
{
    setting_fault(r->walk->settings, "%s: %s%s", yaml_at(r->walk, node), r->path, sentence);
    r->broken = true;
}

/* ---- lists of words ---- */

static bool is_currency(const char *text)
{
    return sl_currency_find(text, strlen(text)) != NULL;
}

static bool is_country(const char *text)
{
    return strlen(text) == 2 && isalpha((unsigned char)text[0]) && isalpha((unsigned char)text[1]);
}

static bool is_name(const char *text)
{
    for (const char *c = text; *c; c++)
        if (!isalnum((unsigned char)*c) && *c != '_')
            return false;
    return *text != '\0';
}

static const struct list_member {
    const char *name;
    size_t offset;
    bool (*check)(const char *text);
    const char *allowed;
    bool upper;
} lists[] = {
    { "currency", offsetof(sl_gateway_rule, currencies), is_currency,
      "currencies of ISO 4217 such as eur", false },
    { "country", offsetof(sl_gateway_rule, countries), is_country,
      "countries of ISO 3166 in two letters, such as DE", true },
    { "method", offsetof(sl_gateway_rule, methods), is_name, "types such as card", false },
    { "brand", offsetof(sl_gateway_rule, brands), is_name, "brands such as visa", false },
    { "use", offsetof(sl_gateway_rule, use), setting_name_valid, "names of gateways", false },
};

static bool list_has(const sl_setting_texts *list, const char *text)
{
    for (uint32_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i], text) == 0)
            return true;
    return false;
}

static const char *upper(sl_arena *arena, const char *text)
{
    char *copy = sl_arena_copy(arena, text, strlen(text));
    for (char *c = copy; *c; c++)
        *c = (char)toupper((unsigned char)*c);
    return copy;
}

static void list_item(rule_reading *r, const struct list_member *member, const yaml_node_t *node,
                      sl_setting_texts *list, const char **items)
{
    sl_arena *arena = r->walk->arena;
    const char *text =
        node->type == YAML_SCALAR_NODE && !yaml_is_null(node) ? yaml_scalar(r->walk, node) : NULL;
    if (!text || !member->check(text)) {
        rule_fault(r, node,
                   sl_arena_format(arena, ".%s holds %s; it must be %s", member->name,
                                   text ? setting_quote(arena, text) : "no word", member->allowed));
        return;
    }
    text = member->upper ? upper(arena, text) : sl_text_lower(arena, text);
    if (list_has(list, text)) {
        rule_fault(r, node, sl_arena_format(arena, ".%s names %s twice", member->name, text));
        return;
    }
    items[list->count++] = text;
}

/* One word, or a list of them. */
static void list_read(rule_reading *r, const struct list_member *member, yaml_node_t *node)
{
    sl_setting_texts *list = (void *)((char *)r->rule + member->offset);
    bool several = node->type == YAML_SEQUENCE_NODE;
    size_t count =
        several ? (size_t)(node->data.sequence.items.top - node->data.sequence.items.start) : 1;
    const char **items = sl_arena_alloc(r->walk->arena, (count + 1) * sizeof(*items));
    list->items = items;
    for (size_t i = 0; i < count && several; i++)
        list_item(r, member,
                  yaml_document_get_node(r->walk->document, node->data.sequence.items.start[i]),
                  list, items);
    if (!several)
        list_item(r, member, node, list, items);
    if (count == 0)
        rule_fault(r, node,
                   sl_arena_format(r->walk->arena, ".%s is empty; it must be %s", member->name,
                                   member->allowed));
}

/* ---- amounts ---- */

/* One bound in the minor units of each currency of the rule. */
static const int64_t *bound_read(rule_reading *r, const yaml_node_t *node, const char *name)
{
    sl_arena *arena = r->walk->arena;
    const sl_setting_texts *currencies = &r->rule->currencies;
    int64_t *amounts = sl_arena_alloc(arena, (currencies->count + 1) * sizeof(*amounts));
    const char *text = node->type == YAML_SCALAR_NODE ? yaml_scalar(r->walk, node) : "a list";
    for (uint32_t i = 0; i < currencies->count; i++) {
        const char *currency = currencies->items[i];
        if (sl_money_from_major(text, strlen(text), currency, &amounts[i]) == SL_OK &&
            amounts[i] >= 0)
            continue;
        rule_fault(r, node,
                   sl_arena_format(arena,
                                   ".amount.%s is %s; it must be an amount of %s, with at most %d "
                                   "digits behind the point",
                                   name, setting_quote(arena, text), currency,
                                   (int)sl_currency_exponent(currency)));
        return NULL;
    }
    return amounts;
}

static void amount_read(rule_reading *r, yaml_node_t *node)
{
    if (r->rule->currencies.count == 0) {
        rule_fault(r, node, ".amount needs currency beside it: the numbers are in its major unit");
        return;
    }
    if (node->type != YAML_MAPPING_NODE) {
        rule_fault(r, node, ".amount must be a mapping with min, max or both");
        return;
    }
    for (yaml_node_pair_t *pair = node->data.mapping.pairs.start;
         pair < node->data.mapping.pairs.top; pair++) {
        const char *name = yaml_key_of(r->walk, node, pair, "");
        const yaml_node_t *value = yaml_document_get_node(r->walk->document, pair->value);
        if (!name)
            r->broken = true;
        else if (strcmp(name, "min") == 0)
            r->rule->min = bound_read(r, value, name);
        else if (strcmp(name, "max") == 0)
            r->rule->max = bound_read(r, value, name);
        else
            rule_fault(r, yaml_document_get_node(r->walk->document, pair->key),
                       sl_arena_format(r->walk->arena, ".amount has no %s; allowed: min, max",
                                       setting_quote(r->walk->arena, name)));
    }
    if (!r->broken && !r->rule->min && !r->rule->max)
        rule_fault(r, node, ".amount must be a mapping with min, max or both");
    if (!r->broken && r->rule->min && r->rule->max && r->rule->min[0] > r->rule->max[0])
        rule_fault(r, node, ".amount.min is more than its max: no payment fits");
}

/* ---- weights ---- */

static void weight_read(rule_reading *r, yaml_node_t *node)
{
    size_t count = node->type == YAML_SEQUENCE_NODE
                       ? (size_t)(node->data.sequence.items.top - node->data.sequence.items.start)
                       : 0;
    if (count != r->rule->use.count) {
        rule_fault(r, node,
                   sl_arena_format(r->walk->arena,
                                   ".weight must be a list of %u numbers, one for each gateway of "
                                   "use",
                                   r->rule->use.count));
        return;
    }
    int64_t *weights = sl_arena_alloc(r->walk->arena, count * sizeof(*weights));
    int64_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        const yaml_node_t *item =
            yaml_document_get_node(r->walk->document, node->data.sequence.items.start[i]);
        const char *text = item->type == YAML_SCALAR_NODE ? yaml_scalar(r->walk, item) : "";
        if (sl_text_int64(text, strlen(text), &weights[i]) != 0 || weights[i] < 0 ||
            weights[i] > WEIGHT_MOST) {
            rule_fault(r, item,
                       sl_arena_format(r->walk->arena,
                                       ".weight holds %s; it must be whole numbers from 0 to %d",
                                       setting_quote(r->walk->arena, text), WEIGHT_MOST));
            return;
        }
        sum += weights[i];
    }
    if (sum == 0)
        rule_fault(r, node, ".weight is 0 for every gateway");
    r->rule->weights = (sl_setting_numbers){ .count = (uint32_t)count, .items = weights };
}

/* ---- a rule ---- */

static void member_unknown(rule_reading *r, const yaml_node_t *key, const char *name)
{
    static const char *const names[] = { "currency", "country", "method", "brand",
                                         "amount",   "weight",  "use",    NULL };
    const char *nearest = sl_settings_nearest(name, names);
    rule_fault(r, key,
               sl_arena_format(r->walk->arena,
                               " has no %s; allowed: currency, country, method, brand, amount, "
                               "weight, use%s%s",
                               setting_quote(r->walk->arena, name),
                               nearest ? "; did you mean " : "", nearest ? nearest : ""));
}

static void member_read(rule_reading *r, const yaml_node_t *key, yaml_node_t *node,
                        const char *name)
{
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        if (strcmp(lists[i].name, name) == 0) {
            list_read(r, &lists[i], node);
            return;
        }
    }
    if (strcmp(name, "amount") == 0)
        r->amount = node;
    else if (strcmp(name, "weight") == 0)
        r->weight = node;
    else
        member_unknown(r, key, name);
}

static bool rule_read(const yaml_walk *walk, yaml_node_t *node, uint32_t index, const char *path,
                      sl_gateway_rule *rule)
{
    rule->origin = yaml_at(walk, node);
    rule_reading r = { .walk = walk,
                       .rule = rule,
                       .path = sl_arena_format(walk->arena, "%s[%u]", path, index) };
    if (node->type != YAML_MAPPING_NODE) {
        rule_fault(&r, node,
                   " must be a mapping with use, and what the payments are that it is for");
        return false;
    }
    for (yaml_node_pair_t *pair = node->data.mapping.pairs.start;
         pair < node->data.mapping.pairs.top; pair++) {
        const char *name = yaml_key_of(walk, node, pair, "");
        r.broken = r.broken || !name;
        if (name)
            member_read(&r, yaml_document_get_node(walk->document, pair->key),
                        yaml_document_get_node(walk->document, pair->value), name);
    }
    if (!r.broken && rule->use.count == 0)
        rule_fault(&r, node, " names no gateway: use is missing");
    if (!r.broken && rule->use.count > USE_MOST)
        rule_fault(&r, node,
                   sl_arena_format(walk->arena, ".use names more than %d gateways", USE_MOST));
    if (!r.broken && r.amount)
        amount_read(&r, r.amount);
    if (!r.broken && r.weight)
        weight_read(&r, r.weight);
    return !r.broken;
}

static bool takes_everything(const sl_gateway_rule *rule)
{
    return rule->currencies.count + rule->countries.count + rule->methods.count +
               rule->brands.count ==
           0;
}

/* A value as the flow style writes it, for `config show`. */
static void text_write(const yaml_walk *walk, yaml_node_t *node, int depth, sl_buffer *out)
{
    if (node->type == YAML_SCALAR_NODE || depth == TEXT_DEPTH) {
        sl_buffer_text_add(out, node->type == YAML_SCALAR_NODE ? yaml_scalar(walk, node) : "...");
        return;
    }
    bool map = node->type == YAML_MAPPING_NODE;
    size_t count = map ? (size_t)(node->data.mapping.pairs.top - node->data.mapping.pairs.start)
                       : (size_t)(node->data.sequence.items.top - node->data.sequence.items.start);
    sl_buffer_char(out, map ? '{' : '[');
    for (size_t i = 0; i < count; i++) {
        sl_buffer_text_add(out, i > 0 ? ", " : "");
        int item =
            map ? node->data.mapping.pairs.start[i].value : node->data.sequence.items.start[i];
        if (map) {
            int key = node->data.mapping.pairs.start[i].key;
            sl_buffer_format(
                out, "%s: ", yaml_scalar(walk, yaml_document_get_node(walk->document, key)));
        }
        text_write(walk, yaml_document_get_node(walk->document, item), depth + 1, out);
    }
    sl_buffer_char(out, map ? '}' : ']');
}

static void rules_read(const yaml_walk *walk, yaml_node_t *node, const setting_key *key,
                       setting_value value)
{
    if (node->type != YAML_SEQUENCE_NODE) {
        setting_fault(walk->settings, "%s: %s must be a list of rules, each with use",
                      yaml_at(walk, node), value.label);
        return;
    }
    uint32_t count = (uint32_t)(node->data.sequence.items.top - node->data.sequence.items.start);
    sl_gateway_rule *rules = sl_arena_alloc(walk->arena, (count + 1) * sizeof(*rules));
    const sl_gateway_rule *last = NULL;
    bool fine = true;
    for (uint32_t i = 0; i < count; i++) {
        yaml_node_t *one =
            yaml_document_get_node(walk->document, node->data.sequence.items.start[i]);
        fine = rule_read(walk, one, i, value.label, &rules[i]) && fine;
        if (fine && last)
            setting_warn(walk->settings, "%s: %s[%u] is never met: the rule at %s takes everything",
                         rules[i].origin, value.label, i, last->origin);
        if (fine && !last && takes_everything(&rules[i]))
            last = &rules[i];
    }
    if (!fine)
        return;
    sl_buffer text = SL_BUFFER_INIT(walk->arena);
    text_write(walk, node, 0, &text);
    value.text = sl_buffer_text(&text);
    walk->settings->gateway_routes = (sl_gateway_rules){ .count = count, .items = rules };
    walk->settings->inside->values[key - setting_keys] = value;
}

void yaml_routes_read(const yaml_walk *walk, yaml_node_t *node, const setting_key *key)
{
    const setting_value value = {
        .layer = LAYER_FILE, .label = key->path, .origin = yaml_at(walk, node), .style = STYLE_WORDS
    };
    if (!yaml_is_null(node))
        rules_read(walk, node, key, value);
}

static void variable_root(const yaml_walk *walk, yaml_node_t *root, const setting_key *key)
{
    rules_read(walk, root, key, *walk->value);
}

void settings_read_routes(sl_settings *settings, const setting_key *key, const setting_value *value)
{
    if (!value->text || value->text[0] == '\0')
        return;
    yaml_text_read(settings, value->label, value->text, strlen(value->text), variable_root, key,
                   value);
}
