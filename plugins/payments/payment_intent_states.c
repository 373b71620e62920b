/*
 * payment_intent_states.c: the states of an intent and the only ways between them.
 *
 * Source: Stripe's "How PaymentIntents work". A capture or void whose answer is lost goes through `processing` and back.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "payment_intent_states.h"

#include <stddef.h>
#include <string.h>

struct state {
    const char *name;
    bool confirm;
    bool cancel;
    bool change;
    const char *const *next;
};

static const char *const after_method[] = { STATE_REQUIRES_CONFIRMATION, STATE_PROCESSING,
                                            STATE_CANCELED, NULL };
static const char *const after_confirmation[] = { STATE_REQUIRES_PAYMENT_METHOD, STATE_PROCESSING,
                                                  STATE_CANCELED, NULL };
static const char *const after_action[] = { STATE_REQUIRES_PAYMENT_METHOD,
                                            STATE_PROCESSING,
                                            STATE_REQUIRES_CAPTURE,
                                            STATE_SUCCEEDED,
                                            STATE_CANCELED,
                                            NULL };
static const char *const after_processing[] = { STATE_REQUIRES_PAYMENT_METHOD,
                                                STATE_REQUIRES_CONFIRMATION,
                                                STATE_REQUIRES_ACTION,
                                                STATE_REQUIRES_CAPTURE,
                                                STATE_SUCCEEDED,
                                                STATE_CANCELED,
                                                NULL };
static const char *const after_capture[] = { STATE_PROCESSING, STATE_SUCCEEDED, STATE_CANCELED,
                                             NULL };
static const char *const after_end[] = { NULL };

static const struct state states[] = {
    { STATE_REQUIRES_PAYMENT_METHOD, true, true, true, after_method },
    { STATE_REQUIRES_CONFIRMATION, true, true, true, after_confirmation },
    { STATE_REQUIRES_ACTION, true, true, false, after_action },
    { STATE_PROCESSING, false, false, false, after_processing },
    { STATE_REQUIRES_CAPTURE, false, true, false, after_capture },
    { STATE_SUCCEEDED, false, false, false, after_end },
    { STATE_CANCELED, false, false, false, after_end },
};

static const struct state *state_of(const char *name)
{
    for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
        if (strcmp(states[i].name, name) == 0)
            return &states[i];
    }
    return NULL;
}

bool intent_may_move(const char *from, const char *to)
{
    const struct state *state = state_of(from);
    if (!state || !state_of(to))
        return false;
    if (strcmp(from, to) == 0)
        return true;
    for (const char *const *next = state->next; *next; next++) {
        if (strcmp(*next, to) == 0)
            return true;
    }
    return false;
}

bool intent_may_confirm(const char *status)
{
    const struct state *state = state_of(status);
    return state && state->confirm;
}

bool intent_may_cancel(const char *status)
{
    const struct state *state = state_of(status);
    return state && state->cancel;
}

bool intent_may_change(const char *status)
{
    const struct state *state = state_of(status);
    return state && state->change;
}
