/*
 * json_fuzz.c: the JSON reader: what it reads is written and read again to the same, and it agrees with jansson.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "tests/fuzz/support.h"

#include <jansson.h>

#define FLAGS (JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL)

/* How deep arrays and objects lie in a text that jansson takes. */
static unsigned depth_of(const json_t *value)
{
    unsigned deepest = 0;
    const char *name = NULL;
    json_t *member = NULL;
    if (json_is_object(value)) {
        json_object_foreach((json_t *)(uintptr_t)value, name, member)
        {
            unsigned depth = depth_of(member);
            deepest = depth > deepest ? depth : deepest;
        }
        return deepest + 1;
    }
    for (size_t i = 0; i < json_array_size(value); i++) {
        unsigned depth = depth_of(json_array_get(value, i));
        deepest = depth > deepest ? depth : deepest;
    }
    return json_is_array(value) ? deepest + 1 : 0;
}

static void check_again(sl_context *cx, const sl_value *value)
{
    const char *text = sl_value_text(cx, value);
    const sl_value *again = NULL;
    FUZZ_CHECK(sl_json_parse(cx, text, strlen(text), &again) == SL_OK);
    FUZZ_CHECK(fuzz_same_values(value, again));
    FUZZ_CHECK_TEXTS(sl_value_text(cx, again), text);
}

void fuzz_one(const uint8_t *data, size_t size)
{
    sl_context *cx = fuzz_context();
    const char *text = sl_arena_copy(cx->arena, size ? (const char *)data : "", size);
    const sl_value *value = NULL;
    sl_status status = sl_json_parse(cx, text, size, &value);
    json_error_t error;
    json_t *other = json_loadb(text, size, FLAGS, &error);
    if (status == SL_OK) {
        /* Numbers past a double's range are the one thing that we read and jansson does not. */
        FUZZ_CHECK(other != NULL || strstr(error.text, "too big") ||
                   strstr(error.text, "overflow"));
        check_again(cx, value);
        FUZZ_CHECK(memchr(text, '\0', size) == NULL);
    } else {
        fuzz_check_error(cx, status);
        /* jansson passes over a NUL that follows a number or a word. */
        FUZZ_CHECK(other == NULL || depth_of(other) > SL_JSON_NESTING ||
                   memchr(text, '\0', size) != NULL);
    }
    json_decref(other);
    sl_context_free(cx);
}
