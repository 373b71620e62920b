/*
 * webhook_order.c: which of two events of one object tells the newer state.
 *
 * By the gateway's clock, which counts seconds; within one, by what such events mean (an object is made before it is changed and
 * deleted last), and then by their ids, so that every order of arrival ends alike.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "webhook_process.h"

static const struct {
    const char *word; /* the last one of the type */
    int rank;
} ranks[] = {
    { "created", 0 },         { "attached", 0 },
    { "pending", 0 },         { "requires_action", 1 },
    { "funds_withdrawn", 1 }, { "updated", 2 },
    { "processing", 2 },      { "amount_capturable_updated", 3 },
    { "payment_failed", 3 },  { "funds_reinstated", 3 },
    { "succeeded", 4 },       { "failed", 4 },
    { "captured", 5 },        { "refunded", 6 },
    { "expired", 6 },         { "canceled", 6 },
    { "closed", 6 },          { "detached", 7 },
    { "deleted", 7 },
};
#define RANK_OF_OTHERS 2

static int rank_of(const char *type)
{
    const char *point = strrchr(type, '.');
    const char *word = point ? point + 1 : type;
    for (size_t i = 0; i < sizeof(ranks) / sizeof(ranks[0]); i++) {
        if (strcmp(ranks[i].word, word) == 0)
            return ranks[i].rank;
    }
    return RANK_OF_OTHERS;
}

bool webhook_is_older(const sl_gateway_event *event, const struct webhook_object *last)
{
    if (event->created != last->event_created)
        return event->created < last->event_created;
    int rank = rank_of(event->type);
    int last_rank = rank_of(last->event_type);
    return rank != last_rank ? rank < last_rank : strcmp(event->id, last->event) < 0;
}
