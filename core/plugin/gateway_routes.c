/*
 * gateway_routes.c: which gateways a payment is tried at, by the rules of gateway.routes.
 *
 * The first rule that fits counts, and its order; weights say which of its gateways comes first, by a hash of the payment's id,
 * so that asking twice gives the same. What is not known of a payment fits no rule that asks for it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <string.h>
#include <strings.h>

#include "core/base/buffer.h"
#include "core/config/settings.h"
#include "core/plugin/gateways_inside.h"

/* ---- at start ---- */

static const char *names_of(const sl_gateways *gateways)
{
    sl_buffer out = SL_BUFFER_INIT(gateways->arena);
    for (const sl_gateway *one = gateways->first; one; one = one->next)
        sl_buffer_format(&out, "%s%s", out.length ? ", " : "", one->type.name);
    return out.length ? sl_buffer_text(&out) : "none";
}

const char *sl_gateways_route(sl_gateways *gateways, const sl_gateway_rules *rules)
{
    struct gateway_rule *found =
        sl_arena_alloc(gateways->arena, (rules->count + 1) * sizeof(*found));
    const char *faults = NULL;
    for (uint32_t i = 0; i < rules->count; i++) {
        const sl_gateway_rule *rule = &rules->items[i];
        found[i].rule = rule;
        for (uint32_t k = 0; k < rule->use.count && k < SL_GATEWAY_PLAN_MOST; k++) {
            found[i].gateways[k] = sl_gateways_named(gateways, rule->use.items[k]);
            if (!found[i].gateways[k])
                faults = sl_arena_format(
                    gateways->arena,
                    "%s%s%s: gateway.routes[%u].use names %s, and no loaded plugin has such a "
                    "gateway; there are: %s",
                    faults ? faults : "", faults ? "\n" : "", rule->origin, i, rule->use.items[k],
                    names_of(gateways));
        }
    }
    gateways->rules = found;
    gateways->rule_count = rules->count;
    return faults;
}

/* ---- a rule and a payment ---- */

static bool one_of(const sl_setting_texts *list, const char *text)
{
    if (list->count == 0)
        return true;
    for (uint32_t i = 0; text && i < list->count; i++)
        if (strcasecmp(list->items[i], text) == 0)
            return true;
    return false;
}

static bool amount_fits(const sl_gateway_rule *rule, const sl_gateway_query *query)
{
    if (!rule->min && !rule->max)
        return true;
    for (uint32_t i = 0; query->amount != SL_NONE && i < rule->currencies.count; i++)
        if (strcasecmp(rule->currencies.items[i], query->currency) == 0)
            return (!rule->min || query->amount >= rule->min[i]) &&
                   (!rule->max || query->amount <= rule->max[i]);
    return false;
}

static bool rule_fits(const sl_gateway_rule *rule, const sl_gateway_query *query)
{
    return one_of(&rule->currencies, query->currency) && one_of(&rule->methods, query->method) &&
           one_of(&rule->brands, query->brand) && one_of(&rule->countries, query->country) &&
           amount_fits(rule, query);
}

/* FNV-1a, mixed so that ids that differ in their last letters spread. */
static uint64_t hash_of(const char *text)
{
    uint64_t hash = 14695981039346656037u;
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 1099511628211u;
    hash ^= hash >> 33;
    hash *= 0xff51afd7ed558ccdu;
    return hash ^ (hash >> 33);
}

/* The place of the gateway that comes first. */
static uint32_t first_of(const sl_gateway_rule *rule, const char *id)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < rule->weights.count; i++)
        sum += (uint64_t)rule->weights.items[i];
    if (sum == 0 || !id)
        return 0;
    uint64_t drawn = hash_of(id) % sum;
    for (uint32_t i = 0; i < rule->weights.count; i++) {
        if (drawn < (uint64_t)rule->weights.items[i])
            return i;
        drawn -= (uint64_t)rule->weights.items[i];
    }
    return 0;
}

static void plan_add(sl_gateway_plan *plan, const sl_gateway *gateway)
{
    for (uint32_t i = 0; i < plan->count; i++)
        if (plan->gateways[i] == gateway)
            return;
    if (gateway && plan->count < SL_GATEWAY_PLAN_MOST)
        plan->gateways[plan->count++] = gateway;
}

static void plan_add_rule(const sl_context *cx, const struct gateway_rule *rule,
                          const sl_gateway_query *query, sl_gateway_plan *plan)
{
    uint32_t first = first_of(rule->rule, query->id);
    for (uint32_t k = 0; k < rule->rule->use.count; k++) {
        uint32_t at = k == 0 ? first : k <= first ? k - 1 : k;
        const sl_gateway *gateway = rule->gateways[at];
        if (sl_gateway_fits(cx, gateway, query->currency, query->method))
            plan_add(plan, gateway);
    }
}

sl_status sl_gateway_route(sl_context *cx, const sl_gateway_query *query, sl_gateway_plan *ret)
{
    const sl_gateways *gateways = cx->host->gateways;
    sl_gateway_plan plan = { .struct_size = sizeof(plan) };
    for (uint32_t i = 0; !(query->name && query->name[0]) && i < gateways->rule_count; i++) {
        if (!rule_fits(gateways->rules[i].rule, query))
            continue;
        plan_add_rule(cx, &gateways->rules[i], query, &plan);
        plan.rule = (int32_t)i + 1;
        break;
    }
    if (plan.count == 0) {
        plan.rule = 0;
        sl_status status =
            sl_gateway_choose(cx, query->name, query->currency, query->method, &plan.gateways[0]);
        if (status != SL_OK)
            return status;
        plan.count = 1;
    }
    *ret = plan;
    return SL_OK;
}

sl_status sl_gateway_candidates(sl_context *cx, const char *currency, const char *method,
                                sl_gateway_plan *ret)
{
    const sl_gateways *gateways = cx->host->gateways;
    sl_gateway_plan plan = { .struct_size = sizeof(plan) };
    const sl_gateway *usual = NULL;
    sl_status status = sl_gateway_choose(cx, NULL, currency, method, &usual);
    if (gateways->rule_count == 0 && status != SL_OK)
        return status;
    const sl_gateway_query known = { .currency = currency, .method = method, .amount = SL_NONE };
    const sl_gateway_query any = { .method = method, .amount = SL_NONE };
    for (uint32_t i = 0; i < gateways->rule_count; i++)
        if (one_of(&gateways->rules[i].rule->currencies, currency))
            plan_add_rule(cx, &gateways->rules[i], &known, &plan);
    plan_add(&plan, usual);
    for (uint32_t i = 0; i < gateways->rule_count; i++)
        plan_add_rule(cx, &gateways->rules[i], &any, &plan);
    if (plan.count == 0)
        return status;
    sl_error_clear(cx);
    *ret = plan;
    return SL_OK;
}
