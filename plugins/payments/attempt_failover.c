/*
 * attempt_failover.c: the next try of a payment at another gateway.
 *
 * The attempt that came to nothing is settled in the very commit that begins the next one, guarded by its version: the recovery
 * or a notice that settles it first keeps it, and the payment ends with it. The new attempt takes over what the request waits
 * for; from then on nobody answers for the old one. A process that dies before that commit leaves the old attempt to the
 * recovery, one that dies after it the new one: the recovery asks what became of it, and never sends anything itself.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "attempt_failover.h"

#include "attempt_outcome.h"
#include "attempt_route.h"

struct passing {
    struct settlement *settlement;
    const sl_gateway_outcome *outcome;
    const struct payment_way *way;
    struct attempt *next; /* NULL: the attempt before was settled by somebody else */
    struct payment_intent *intent;
};

bool attempt_may_pass_on(sl_context *cx, const struct settlement *settlement,
                         const sl_gateway_outcome *outcome)
{
    return settlement->route && outcome_allows_another(outcome) &&
           attempt_real_now(cx) - settlement->route_began < attempt_call_seconds(cx) &&
           sl_time_left(cx) > 0 && payment_route_goes_on(cx, settlement->route);
}

/* A charge that the Stripe_lite routes show already says where it is being tried. */
static sl_status charge_follow(sl_context *cx, const struct attempt *next)
{
    struct charge charge;
    if (!same(next->answer, ANSWER_LITE_CHARGE))
        return SL_OK;
    sl_status status = sl_find(cx, &charges, next->charge, &charge);
    if (status != SL_OK)
        return status == SL_E_NOT_FOUND ? SL_OK : status;
    charge.attempt = next->id;
    charge.gateway = next->gateway;
    sl_update(cx, &charges, &charge, "attempt, gateway");
    return SL_OK;
}

static sl_status pass_on(sl_context *cx, void *data)
{
    struct passing *passing = data;
    const struct attempt *known = passing->settlement->known_attempt;
    struct attempt before;
    passing->next = NULL;
    if (SL_FAULT("failover.before_commit"))
        return sl_fail(cx, SL_E_UNAVAILABLE, NULL, "The next attempt could not be begun.");
    sl_status status = sl_find(cx, &payment_attempts, known->id, &before);
    if (status != SL_OK || !same(before.status, ATTEMPT_STARTED))
        return status;
    passing->intent = sl_alloc(cx, sizeof(*passing->intent));
    status = sl_find(cx, &payment_intents, before.intent, passing->intent);
    if (status != SL_OK || !same(passing->intent->open_attempt, before.id))
        return status;
    struct attempt *next = sl_alloc(cx, sizeof(*next));
    *next = before;
    next->id = attempt_try_id(cx, before.id, passing->settlement->route->tries);
    next->gateway = sl_gateway_name(passing->way->gateway);
    next->token = passing->way->token;
    attempt_start(cx, next);
    attempt_close(cx, &before, passing->outcome);
    passing->intent->open_attempt = next->id;
    sl_update(cx, &payment_intents, passing->intent, "open_attempt");
    passing->next = next;
    return charge_follow(cx, next);
}

sl_status attempt_pass_on(sl_context *cx, struct settlement *settlement,
                          const sl_gateway_outcome *outcome, const sl_gateway **ret_gateway)
{
    const char *from = settlement->known_attempt->gateway;
    struct passing passing = { .settlement = settlement,
                               .outcome = outcome,
                               .way = payment_route_next(cx, settlement->route) };
    *ret_gateway = NULL;
    if (!passing.way)
        return SL_OK;
    sl_status status = sl_retry(cx, pass_on, &passing);
    if (status != SL_OK)
        return status;
    SL_FAULT("failover.after_commit");
    if (!passing.next) {
        settlement->fresh = true;
        return SL_OK;
    }
    sl_log(cx, SL_LOG_INFO, "payment goes on to another gateway", "attempt", passing.next->id,
           "from", from, "to", passing.next->gateway, "reason",
           outcome->code ? outcome->code : "not_sent");
    sl_metric_add("stripe_lite_gateway_failovers_total", "gateway", from, 1);
    settlement->known_attempt = passing.next;
    settlement->known_intent = passing.intent;
    *ret_gateway = passing.way->gateway;
    return SL_OK;
}
