/*
 * trigger_table.h: which requests make an event happen.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TRIGGER_TABLE_H
#define TRIGGER_TABLE_H

#define TRIGGER_STEPS 4

/* "{1.id}" in path or form is the member `id` of the first step's answer. */
struct trigger_step {
    const char *request; /* "POST /v1/customers"; NULL ends the steps */
    const char *form;
    const char *until; /* asked again until the answer has this member: "data.0.id" */
    int declines;      /* 402 is what is wanted */
};

struct trigger {
    const char *event;
    struct trigger_step steps[TRIGGER_STEPS + 1];
};

/* Sorted by name, ended by a NULL name. */
extern const struct trigger trigger_table[];

#endif
