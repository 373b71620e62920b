/*
 * context.h: the inside of sl_context. See <stripe_lite/context.h> for what it is.
 *
 * The rooms above base keep their part behind a pointer: the pending write set, the request, the running job. Hooks let them
 * join the commit without base or database knowing them.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STRIPE_LITE_CORE_BASE_CONTEXT_H
#define STRIPE_LITE_CORE_BASE_CONTEXT_H

#include <stripe_lite/context.h>

#include "core/base/arena.h"
#include "core/base/host.h"

struct sl_write_set;   /* core/database */
struct sl_request;     /* core/http */
struct sl_reply;       /* core/http */
struct sl_job_run;     /* core/job */
struct queue_run;      /* core/job */
struct sl_event_draft; /* core/event */
struct sl_value;       /* core/json */
struct sl_resource;    /* core/resource */

/* An error as it will be told. `status` 0: none. */
typedef struct sl_error {
    sl_status status;
    int32_t http_status; /* 0: the status's own */
    const char *type;    /* NULL: the status's own */
    const char *code;
    const char *param;
    const char *message;
    const char *decline_code;
    const char *advice_code;
    const char *attachments; /* finished JSON members `"charge":{...},"x":...` or NULL */
    const char *faults;      /* a finished JSON array for 422 answers, or NULL */
} sl_error;

typedef struct sl_caller_info {
    int32_t kind;         /* SL_CALLER_... */
    const char *key_id;   /* of the credential, for rate limits and logs; never the key */
    const char *role;     /* "admin", "operator", "viewer", "customer" */
    const char *customer; /* role customer:<id> */
    const char *scopes;   /* restricted keys: " customers:read refunds:write " */
    const char *app;      /* app keys: the app's id */
} sl_caller_info;

/* Called by sl_commit before it takes the write set, and after it is known to be committed: adds the idempotency record, the
 * job's end, the events. Runs in order of registration. */
typedef struct sl_commit_hook {
    sl_status (*before)(sl_context *cx, void *data); /* may add writes; must not suspend */
    void (*after)(sl_context *cx, void *data, sl_status result);
    /* A step begins, perhaps again (sl_retry): forget the reply and all that belonged to the run before; may suspend. Any of the
     * three may be NULL. `before` is also called when nothing is pending yet. */
    void (*restart)(sl_context *cx, void *data);
    void *data;
    struct sl_commit_hook *next;
} sl_commit_hook;

struct sl_context {
    sl_arena *arena;
    const sl_host *host;
    sl_error error;
    const char *account; /* "acct_..." */
    bool livemode;
    const char *
        scope; /* value of every account_id column: the account, with ":test" behind it outside live mode */
    const char *request_id; /* "req_..." */
    const char *plugin;     /* name of the plugin whose code runs, for logs and crash reports */
    sl_caller_info caller;
    int32_t face;
    int64_t clock_frozen; /* unix seconds, 0: real time */
    int64_t deadline;     /* monotonic milliseconds, 0: none */
    bool committed; /* something was committed: the handler may not be run again from its start */
    bool keep;      /* sl_keep: commit although the step fails */
    struct sl_write_set *writes;
    sl_commit_hook *hooks;
    struct sl_event_draft *events;
    struct sl_request *request; /* NULL outside HTTP */
    const struct sl_value
        *params; /* the request's parameters as one tree: path, query and body; NULL outside HTTP */
    const struct sl_resource
        *resource;               /* the resource whose own routes serve this request, else NULL */
    const char *idempotency_key; /* of the request, NULL: none */
    bool key_released;           /* sl_idempotency_release: the next commit frees the key */
    struct sl_reply *reply;      /* where sl_reply_... puts the answer; NULL: nobody asks */
    struct sl_job_run *job;
    struct queue_run *queue_run; /* the queued row that this context is for */
    int64_t away_from; /* monotonic microseconds at which the wait for the outside began */
    int64_t away_us;   /* such waits so far: they say nothing about how busy we are */
};

/* A context with an arena of its own, for account `account`; caller SYSTEM, Stripe's face, no deadline. since 1.0 [no-suspend] */
sl_context *sl_context_new(const sl_host *host, const char *account, bool livemode,
                           const char *request_id);

/* Runs the defers and frees everything. since 1.0 [no-suspend] */
void sl_context_free(sl_context *cx);

/* Binds the context to an account and mode: fills account, livemode and scope. since 1.0 [no-suspend] */
void sl_context_bind(sl_context *cx, const char *account, bool livemode);

/* The account of a scope text and whether it is live: "acct_1:test" is acct_1, false. since 1.0 [no-suspend] */
const char *sl_scope_account(sl_context *cx, const char *scope, bool *ret_livemode);

/* The context begins or ends a wait for what is not ours: an answer from outside, the clock. since 1.0 [no-suspend] */
void sl_context_away(sl_context *cx, bool away);
/* How many requests of clients wait so in this process. since 1.0 [no-suspend] */
uint32_t sl_requests_away(void);

/* Appends a hook; the struct is the caller's and lives as long as the context. since 1.0 [no-suspend] */
void sl_context_hook(sl_context *cx, sl_commit_hook *hook);

#endif
