/*
 * note_model.h: a note about a customer, as it is stored and shown.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SAMPLE_NOTE_MODEL_H
#define SAMPLE_NOTE_MODEL_H

#include <stripe_lite/stripe_lite.h>

#define NOTE_PREFIX "samplenote"

struct note {
    const char *id;
    int64_t created;
    int64_t version;
    const char *customer;
    const char *text;
};

extern const sl_table notes;
extern const sl_resource note_resource;

#endif
