/*
 * idempotency.c: one Idempotency-Key, one effect, one answer.
 *
 * What is stored: answers of requests that began, also a decline. What is not: answers of 5xx, which a client should try again,
 * and refusals with no effect (a bad parameter, an unknown object), where trying again is what the client means to do.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/http/idempotency.h"

#include <string.h>

#include <stripe_lite/crypto.h>
#include <stripe_lite/fault.h>

#include "core/base/text.h"
#include "core/database/numbers.h"
#include "core/http/http.h"

typedef struct idempotency_row {
    const char *id;
    const char *request_hash;
    const char *request_id;
    const char *state;
    int64_t face;
    int64_t http_status;
    const char *content_type;
    const char *body;
    int64_t created;
    int64_t version;
} idempotency_row;

static const sl_field idempotency_fields[] = {
    SL_STRING(idempotency_row, id),
    SL_STRING(idempotency_row, request_hash),
    SL_STRING(idempotency_row, request_id),
    SL_STRING(idempotency_row, state),
    SL_INT64(idempotency_row, face),
    SL_INT64(idempotency_row, http_status),
    SL_STRING(idempotency_row, content_type),
    SL_STRING(idempotency_row, body),
    SL_INT64(idempotency_row, created),
    SL_INT64(idempotency_row, version),
    SL_FIELDS_END,
};

const sl_table sl_idempotency_table =
    SL_TABLE("idempotency_keys", idempotency_row, idempotency_fields);

struct sl_idempotency {
    idempotency_row row;     /* as it is committed */
    idempotency_row pending; /* as it is in the write set */
    bool there;              /* committed by us, or adopted */
    bool finished;           /* committed with its answer */
    bool joined;             /* in the write set */
    bool leaving;            /* its deletion is in the write set */
    bool doubtful;  /* a commit that changed it met a conflict: it may be another's that did */
    bool elsewhere; /* `row` holds the answer that a job gave while this request stood still */
    sl_commit_hook hook;
};

/* No answer begins so but one that is sealed. */
#define SEALED_BEGIN "enc1."

static const char *seal_context(sl_context *cx, const idempotency_row *row)
{
    return sl_format(cx, "idempotency_keys.body %s", row->id);
}

/* The body as it is stored. One that cannot be sealed is not: better a replay without it. */
static const char *body_stored(sl_context *cx, const idempotency_row *row)
{
    size_t length = cx->reply->length;
    const char *body = sl_numbers_settled(cx, cx->reply->body, &length);
    if (cx->reply->lasting) {
        body = sl_copy(cx, body, length);
    }
    if (cx->reply->secret && body && sl_seal(cx, seal_context(cx, row), body, &body) != SL_OK) {
        sl_error_clear(cx);
        body = NULL;
    }
    return body;
}

/* Adds the record to the write set: its first row, or its answer. */
static void record_join(sl_context *cx, sl_idempotency *record, bool final)
{
    record->pending = record->row;
    if (final) {
        record->pending.state = "finished";
        record->pending.http_status = cx->reply->http_status;
        record->pending.content_type = cx->reply->content_type;
        record->pending.body = body_stored(cx, &record->row);
    }
    if (!record->there) {
        sl_insert(cx, &sl_idempotency_table, &record->pending);
        record->joined = true;
    } else if (final) {
        sl_update(cx, &sl_idempotency_table, &record->pending,
                  "state, http_status, content_type, body");
        record->joined = true;
    }
}

/* Whether this commit is the last one, and its answer one to store. A kept error is rendered here: the client gets the same. */
static bool answer_known(sl_context *cx)
{
    if (cx->keep && cx->error.status != SL_OK) {
        sl_error_reply(cx);
    }
    int32_t http_status = cx->reply ? cx->reply->http_status : 0;
    return http_status != 0 && http_status < 500;
}

static sl_status before_commit(sl_context *cx, void *data)
{
    sl_idempotency *record = data;
    if (record->finished || record->joined) {
        return SL_OK;
    }
    if (SL_FAULT("idempotency.before_record")) {
        return sl_fail(cx, SL_E_UNAVAILABLE, NULL, "The key could not be recorded.");
    }
    bool final = answer_known(cx);
    if (!final && cx->key_released && record->there) {
        sl_delete(cx, &sl_idempotency_table, &record->row);
        record->joined = true;
        record->leaving = true;
        return SL_OK;
    }
    /* A request that ends in our own failure leaves its key free; only one that goes on has a record without an answer. */
    if (final || !cx->keep) {
        record_join(cx, record, final);
    }
    return SL_OK;
}

static void after_commit(sl_context *cx, void *data, sl_status result)
{
    sl_idempotency *record = data;
    (void)cx;
    SL_FAULT("idempotency.after_record");
    if (record->leaving && result == SL_OK) {
        record->finished = true;
    } else if (record->joined && result == SL_OK) {
        int64_t version = record->there ? record->row.version + 1 : 1;
        record->row = record->pending;
        record->row.version = version;
        record->there = true;
        record->finished = strcmp(record->row.state, "finished") == 0;
    }
    record->doubtful = record->joined && record->there && result == SL_E_CONFLICT;
    record->joined = false;
    record->leaving = false;
}

/* Both the request and the job that resumed it would answer: the first one did. A key that is gone was released, and may be in
 * the hands of another try by now: neither what that one does nor its answer is for us to touch. */
static void restart_look(sl_context *cx, void *data)
{
    sl_idempotency *record = data;
    if (!record->doubtful) {
        return;
    }
    idempotency_row row = { 0 };
    sl_status status = sl_find(cx, &sl_idempotency_table, record->row.id, &row);
    if (status == SL_OK && strcmp(row.request_id, record->row.request_id) == 0) {
        record->row = row;
        record->finished = strcmp(row.state, "finished") == 0;
        record->elsewhere = record->finished;
    } else if (status == SL_OK || status == SL_E_NOT_FOUND) {
        record->finished = true;
    }
    sl_error_clear(cx);
}

static sl_idempotency *record_new(sl_context *cx)
{
    sl_idempotency *record = sl_alloc(cx, sizeof *record);
    record->hook.before = before_commit;
    record->hook.after = after_commit;
    record->hook.restart = restart_look;
    record->hook.data = record;
    sl_context_hook(cx, &record->hook);
    return record;
}

/* Method, path, query and body, told apart by zero bytes that none of the first three can hold. */
static const char *request_hash(sl_request *request)
{
    sl_context *cx = request->cx;
    const char *query = request->head.query ? request->head.query : "";
    size_t head = 0;
    const char *parts[] = { request->head.method, request->head.path, query };
    char *text = sl_alloc(cx, strlen(parts[0]) + strlen(parts[1]) + strlen(parts[2]) + 3 +
                                  request->body_length);
    for (size_t i = 0; i < 3; i++) {
        size_t length = strlen(parts[i]) + 1;
        memcpy(text + head, parts[i], length);
        head += length;
    }
    memcpy(text + head, request->body, request->body_length);
    return sl_sha256_hex(cx, text, head + request->body_length);
}

sl_status sl_idempotency_begin(sl_request *request)
{
    sl_context *cx = request->cx;
    const char *key = sl_head_find(&request->head, "Idempotency-Key");
    bool counts = strcmp(request->head.method, "POST") == 0 &&
                  !(request->match.entry->route->flags & SL_ROUTE_PAGE);
    if (key == NULL || !counts || cx->host->database == NULL) {
        return SL_OK;
    }
    size_t length = strlen(key);
    if (length == 0 || !sl_utf8_valid(key, length) || sl_utf8_count(key, length) > 255) {
        return sl_fail(cx, SL_E_INVALID, NULL, "Idempotency-Key must have 1 to 255 characters.");
    }
    sl_idempotency *record = record_new(cx);
    record->row.id = key;
    record->row.request_hash = request_hash(request);
    record->row.request_id = cx->request_id;
    record->row.state = "started";
    record->row.face = cx->face;
    record->row.created = sl_clock_unix();
    request->idempotency = record;
    cx->idempotency_key = key;
    return SL_OK;
}

static sl_status row_reply(sl_context *cx, const idempotency_row *row)
{
    const char *body = row->body ? row->body : "";
    if (sl_text_starts(body, SEALED_BEGIN)) {
        sl_status status = sl_unseal(cx, seal_context(cx, row), body, &body);
        if (status != SL_OK) {
            return sl_fail(cx, SL_E_INTERNAL, NULL,
                           "The first answer was stored under another encryption key.");
        }
    }
    sl_reply_header(cx, "Idempotent-Replayed", "true");
    return sl_reply_body(cx, (int32_t)row->http_status, row->content_type, body, strlen(body));
}

sl_status sl_idempotency_look(sl_context *cx, sl_idempotency *record, bool *ret_replayed)
{
    idempotency_row row = { 0 };
    *ret_replayed = false;
    if (record->there) {
        return SL_OK;
    }
    if (SL_FAULT("idempotency.before_look")) {
        return sl_fail(cx, SL_E_UNAVAILABLE, NULL, "The key could not be looked up.");
    }
    sl_status status = sl_find(cx, &sl_idempotency_table, record->row.id, &row);
    if (status == SL_E_NOT_FOUND) {
        return SL_OK;
    }
    if (status != SL_OK) {
        return status;
    }
    if (strcmp(row.request_hash, record->row.request_hash) != 0) {
        return sl_fail(
            cx, SL_E_IDEMPOTENCY, NULL,
            "Keys for idempotent requests can only be used with the same path and "
            "parameters they were first used with. Use another key for another request.");
    }
    if (strcmp(row.state, "finished") != 0) {
        status = sl_fail(cx, SL_E_IDEMPOTENCY, "idempotency_key_in_use",
                         "Another request with this idempotency key is in progress.");
        cx->error.http_status = 409;
        return status;
    }
    /* What was replayed must not be stored again. */
    record->row = row;
    record->there = true;
    record->finished = true;
    *ret_replayed = true;
    return row_reply(cx, &row);
}

/* An error is stored when something came of the request, or when asking again would be asking a card again. */
static bool error_is_answer(const sl_context *cx, sl_status status)
{
    int32_t http_status = cx->error.http_status ? cx->error.http_status : sl_status_http(status);
    if (http_status >= 500 || status == SL_E_IDEMPOTENCY || status == SL_E_RATE ||
        status == SL_E_CONFLICT) {
        return false;
    }
    return cx->committed || status == SL_E_CARD;
}

static void answer_store(sl_request *request, sl_status status)
{
    sl_context *cx = request->cx;
    sl_idempotency *record = request->idempotency;
    if (record->finished || !request->answered) {
        return;
    }
    if (status != SL_OK) {
        if (!error_is_answer(cx, status)) {
            return;
        }
        sl_error_reply(cx);
    }
    if (request->reply.http_status >= 500) {
        return;
    }
    sl_error error = cx->error;
    record_join(cx, record, true);
    sl_status stored = sl_commit(cx);
    cx->error = error;
    if (stored != SL_OK && stored != SL_E_CONFLICT) {
        sl_log(cx, SL_LOG_WARNING, "idempotent answer not stored", "status",
               sl_status_name(stored));
    }
}

sl_status sl_idempotency_end(sl_request *request, sl_status status)
{
    const sl_idempotency *record = request->idempotency;
    if (!record->elsewhere) {
        answer_store(request, status);
        return status;
    }
    memset(&request->reply, 0, sizeof request->reply);
    return row_reply(request->cx, &record->row);
}

static void resumed_restart(sl_context *cx, void *data)
{
    memset(cx->reply, 0, sizeof *cx->reply);
    restart_look(cx, data);
}

sl_status sl_request_resume(sl_context *cx, const char *request_id)
{
    idempotency_row row = { 0 };
    if (cx->request || cx->reply || request_id == NULL) {
        return SL_OK;
    }
    sl_status status =
        sl_select_one(cx, &sl_idempotency_table, "request_id = $2 AND state = 'started'",
                      SL_ARGS(sl_text(request_id)), &row);
    if (status != SL_OK) {
        return status == SL_E_NOT_FOUND ? SL_OK : status;
    }
    sl_idempotency *record = record_new(cx);
    record->row = row;
    record->there = true;
    record->hook.restart = resumed_restart;
    cx->face = (int32_t)row.face;
    cx->idempotency_key = row.id;
    cx->reply = sl_alloc(cx, sizeof *cx->reply);
    return SL_OK;
}

sl_status sl_idempotency_purge(sl_context *cx)
{
    sl_rows *rows = NULL;
    int64_t now = sl_clock_unix();
    return sl_execute(
        cx,
        "DELETE FROM idempotency_keys WHERE created < $1 AND (state = 'finished' OR created < $2)",
        SL_ARGS(sl_int(now - SL_IDEMPOTENCY_KEPT), sl_int(now - SL_IDEMPOTENCY_OPEN_KEPT)), &rows);
}
