/*
 * news.c: what the processes on one database tell each other, and who here wants to hear it.
 *
 * A topic is a word without contents: whoever hears it looks into the database. What could not be heard while nobody listened
 * counts as told: after each new connection every topic is called.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/database/driver.h"

void sl_news_hear(sl_database *database, const char *topic, void (*heard)(void *data), void *data)
{
    uint32_t place = 0;
    while (place < database->hearer_count && strcmp(database->hearers[place].topic, topic) != 0)
        place++;
    if (place == SL_HEARERS)
        abort();
    database->hearers[place] = (sl_hearer){ .topic = topic, .heard = heard, .data = data };
    if (place == database->hearer_count)
        database->hearer_count++;
}

void sl_news_arrived(const sl_database *database, const char *topic)
{
    for (uint32_t i = 0; i < database->hearer_count; i++) {
        const sl_hearer *hearer = &database->hearers[i];
        if (!topic || strcmp(hearer->topic, topic) == 0)
            hearer->heard(hearer->data);
    }
}

bool sl_news_is_heard(const sl_database *database)
{
    return database->driver->listens && database->driver->listens(database->self);
}

void sl_news_tell(sl_context *cx, const char *topic)
{
    sl_assert_may_suspend(__func__);
    const sl_database *database = cx->host->database;
    if (database->driver->tell)
        database->driver->tell(database->self, cx, topic);
}

sl_status sl_database_watch(sl_database *database)
{
    return database->driver->watch ? database->driver->watch(database->self, database) : SL_OK;
}

void sl_database_unwatch(sl_database *database)
{
    if (database->driver->unwatch)
        database->driver->unwatch(database->self);
}

/* ---- for plugins ---- */

typedef struct news {
    sl_commit_hook hook;
    const char *topic;
} news;

static void news_after(sl_context *cx, void *data, sl_status result)
{
    news *one = data;
    if (result != SL_OK || !one->topic)
        return;
    const char *topic = one->topic;
    one->topic = NULL;
    sl_news_arrived(cx->host->database, topic);
    sl_news_tell(cx, topic);
}

/* What is told belongs to the writes of this run of the step. */
static void news_restart(sl_context *cx, void *data)
{
    (void)cx;
    news *one = data;
    one->topic = NULL;
}

void sl_news_after_commit(sl_context *cx, const char *topic)
{
    news *one = sl_alloc(cx, sizeof(*one));
    *one = (news){ .topic = topic };
    one->hook = (sl_commit_hook){ .after = news_after, .restart = news_restart, .data = one };
    sl_context_hook(cx, &one->hook);
}

void sl_news_listen(sl_context *cx, const char *topic, void (*heard)(void *data), void *data)
{
    sl_news_hear(cx->host->database, topic, heard, data);
}

bool sl_news_heard(const sl_context *cx)
{
    const sl_database *database = cx->host->database;
    return !database->driver->listens || database->driver->listens(database->self);
}
