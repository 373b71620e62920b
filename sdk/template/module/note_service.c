/*
 * note_service.c: the rules of notes.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "note_service.h"

static const struct note_options *options;
static const sl_customers_service *customers;

void note_service_begin(const struct note_options *with, const sl_customers_service *service)
{
    options = with;
    customers = service;
}

static void note_add(sl_context *cx, struct note *note)
{
    note->created = sl_now(cx);
    sl_insert(cx, &notes, note);
    sl_event(cx, "sample_note.created", &note_resource, note, NULL);
}

sl_status note_create(sl_context *cx, const struct note_params *params, struct note *ret)
{
    sl_customer_view customer = { .struct_size = sizeof(customer) };
    sl_status status = customers->customer(cx, params->customer_id, "customer_id", &customer);
    if (status != SL_OK)
        return status;
    *ret = (struct note){
        .id = sl_id(cx, NOTE_PREFIX),
        .customer = customer.id,
        .text = params->text,
    };
    note_add(cx, ret);
    return SL_OK;
}

/* A handler may be called twice with one event: the note's id is the event's, so that the second finds it. */
sl_status note_welcome(sl_context *cx, const sl_event_view *event)
{
    struct note note;
    const char *id = sl_format(cx, NOTE_PREFIX "_%s", event->id + sizeof("evt_") - 1);
    sl_status status = sl_find(cx, &notes, id, &note);
    if (status != SL_E_NOT_FOUND)
        return status;
    note = (struct note){ .id = id, .customer = event->object_id, .text = options->welcome };
    note_add(cx, &note);
    return SL_OK;
}
