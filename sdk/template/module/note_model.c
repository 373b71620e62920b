/*
 * note_model.c: the columns of a note, and its shape.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "note_model.h"

static const sl_field fields[] = {
    SL_ID(struct note, id, NOTE_PREFIX), SL_TIMESTAMP(struct note, created),
    SL_INT64(struct note, version),      SL_ID(struct note, customer, "cus"),
    SL_STRING(struct note, text),        SL_FIELDS_END,
};

const sl_table notes = SL_TABLE("sample_notes", struct note, fields);

static void note_render(sl_json *out, const void *row)
{
    const struct note *note = row;
    sl_json_open(out, NULL);
    sl_json_string(out, "id", note->id);
    sl_json_string(out, "object", "sample_note");
    sl_json_string(out, "customer_id", note->customer);
    sl_json_string(out, "text", note->text);
    sl_json_bool(out, "livemode", sl_livemode(sl_json_context(out)));
    sl_json_time(out, "created_at", note->created);
    sl_json_close(out);
}

static const sl_filter filters[] = {
    { .param = "customer_id",
      .column = "customer",
      .face = SL_FACE_LITE,
      .type = SL_TYPE_STRING,
      .doc = "Only notes about this customer" },
    SL_FILTERS_END,
};

/* The host serves retrieve and list from it. */
const sl_resource note_resource = {
    .struct_size = sizeof(sl_resource),
    .type = "sample_note",
    .id_prefix = NOTE_PREFIX,
    .table = &notes,
    .lite_path = "/api/v1/sample/notes",
    .lite_plural = "notes",
    .lite_missing = "Note not found.",
    .render = note_render,
    .render_lite = note_render,
    .filters = filters,
    .scope = "sample",
};
