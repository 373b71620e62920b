/*
 * postgres_pool.c: a bounded pool of connections for reads and single statements.
 *
 * A connection that comes back goes to the fiber that has waited longest. One that was left in the middle of an answer is
 * closed.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/database/postgres.h"

#include "core/fiber/fiber.h"

#define POOL_CONNECTIONS 6
#define POOL_WAITING 1024

struct pool_waiter {
    sl_condition condition;
    struct pool_waiter *next;
    sl_pg_connection *given;
    bool woken;
};

static void pool_wake(sl_pg_pool *pool, sl_pg_connection *given)
{
    struct pool_waiter *waiter = pool->first;
    pool->first = waiter->next;
    if (!pool->first)
        pool->last = NULL;
    pool->waiting--;
    waiter->given = given;
    waiter->woken = true;
    sl_condition_signal(&waiter->condition);
}

static void pool_forget(sl_pg_pool *pool, struct pool_waiter *waiter)
{
    struct pool_waiter *previous = NULL;
    for (struct pool_waiter *at = pool->first; at != waiter; at = at->next)
        previous = at;
    if (previous)
        previous->next = waiter->next;
    else
        pool->first = waiter->next;
    if (pool->last == waiter)
        pool->last = previous;
    pool->waiting--;
}

void sl_pg_pool_give(sl_pg_pool *pool, sl_pg_connection *connection, bool healthy)
{
    if (connection && (!healthy || PQstatus(connection->conn) != CONNECTION_OK)) {
        sl_pg_close(connection);
        connection = NULL;
        pool->open--;
    }
    if (pool->first) {
        pool_wake(pool, connection);
    } else if (connection) {
        connection->next = pool->idle;
        pool->idle = connection;
    }
}

/* Waits for its turn: SL_OK with a connection, or without one when a place has become free. */
static sl_status pool_wait(sl_pg_pool *pool, int64_t deadline, sl_pg_connection **ret)
{
    struct pool_waiter waiter = { .given = NULL };
    if (pool->last)
        pool->last->next = &waiter;
    else
        pool->first = &waiter;
    pool->last = &waiter;
    pool->waiting++;
    sl_status status = sl_wait_condition(&waiter.condition, deadline);
    *ret = waiter.given;
    if (waiter.woken)
        return SL_OK;
    pool_forget(pool, &waiter);
    return status;
}

static sl_status pool_open(sl_pg_pool *pool, int64_t deadline, sl_pg_connection **ret)
{
    pool->open++;
    sl_status status = sl_pg_connect(pool->server, SL_PG_GENERAL, deadline, ret);
    if (status != SL_OK) {
        pool->open--;
        if (pool->first)
            pool_wake(pool, NULL);
    }
    return status;
}

sl_status sl_pg_pool_take(sl_pg_pool *pool, sl_context *cx, int64_t deadline,
                          sl_pg_connection **ret)
{
    for (;;) {
        sl_pg_connection *connection = pool->idle;
        sl_status status = SL_OK;
        if (connection) {
            pool->idle = connection->next;
        } else if (pool->open < POOL_CONNECTIONS) {
            status = pool_open(pool, deadline, &connection);
        } else if (pool->waiting >= POOL_WAITING) {
            return sl_fail(cx, SL_E_UNAVAILABLE, NULL, "The database is busy. Please try again.");
        } else {
            status = pool_wait(pool, deadline, &connection);
        }
        if (status != SL_OK)
            return sl_pg_fail_wait(cx, status, pool->server->away ? NULL : pool->server->reason);
        if (connection && sl_pg_alive(connection)) {
            *ret = connection;
            return SL_OK;
        }
        if (connection) {
            sl_pg_close(connection);
            pool->open--;
        }
    }
}

bool sl_pg_pool_opens(const sl_pg_pool *pool)
{
    return !pool->idle && pool->open < POOL_CONNECTIONS;
}

void sl_pg_pool_done(sl_pg_pool *pool)
{
    while (pool->idle) {
        sl_pg_connection *connection = pool->idle;
        pool->idle = connection->next;
        sl_pg_close(connection);
    }
}
