/*
 * command_words.h: the words behind a command, and the server's API as commands use it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef COMMAND_WORDS_H
#define COMMAND_WORDS_H

#include "webhook_endpoints.h"

#define EXIT_FINE 0
#define EXIT_NO 1
#define EXIT_WRONG 2

struct command_flag {
    const char *name;  /* "--events"; NULL ends a table */
    const char **text; /* for one that takes a value */
    bool *on;          /* for a switch */
};

/* Reads flags into their places and what is no flag into `ret_rest` (`most` words). False after saying on stderr what is wrong,
 * or the usage. [no-suspend] */
bool command_read(const char *usage, int32_t count, const char *const *words,
                  const struct command_flag *flags, const char **ret_rest, uint32_t most);

/* Says why a command failed, and is its exit code. */
#define COMMAND_FAILS(...) (sl_complain(__VA_ARGS__), EXIT_NO)

/* Copies a text that outlives its context's arena; what is too long is cut. [no-suspend] */
void text_keep(char *room, size_t size, const char *text);

struct api {
    const char *address;
    const char *key;
};

/* As flags say, else as the settings do; false after saying what is missing. [no-suspend] */
bool api_begin(sl_context *cx, const char *address, const char *key, struct api *ret);

/* Asks with a form (NULL: none) and reads the answer's JSON. SL_E_UNAVAILABLE and others when there was no answer. [suspends] */
sl_status api_ask(sl_context *cx, const struct api *api, const char *method, const char *path,
                  const char *form, int32_t *ret_status, const sl_value **ret_value) SL_MUST_CHECK;

/* The sentence of an answer that is an error. [no-suspend] */
const char *api_message(const sl_value *answer);

#endif
