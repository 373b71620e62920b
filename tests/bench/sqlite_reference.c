/*
 * sqlite_reference.c: what a straightforward server does on SQLite: one connection a thread, each transaction committed alone.
 *
 * sqlite_reference DATABASE SCRIPT THREADS SECONDS RUN runs the statements of SCRIPT again and again, prepared once, in WAL with
 * synchronous=FULL, and prints how often and how long it took. A line of SCRIPT is `s` and a statement, or a value of the one
 * before: `i` and a number, `n` for NULL, `t` and a text in which \n and \\ stand for themselves and the bytes 1, 2, 3 for an id
 * of 18 digits, 8 hexadecimal digits and the thread. RUN tells this run's ids from those of others.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <inttypes.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define STATEMENTS_AT_MOST 200
#define VALUES_AT_MOST 64
#define VALUE_AT_MOST 65536
#define THREADS_AT_MOST 64
#define TIMES_AT_MOST 4000000
#define PATIENCE_MS 60000

struct statement {
    char *sql;
    char *values[VALUES_AT_MOST];
    int count;
};

struct worker {
    pthread_t thread;
    int number;
    uint32_t done;
    uint32_t *times; /* microseconds each */
};

static struct statement statements[STATEMENTS_AT_MOST];
static int statement_count;
static const char *database;
static uint64_t run_number;
static int64_t end_us;

static void die(const char *what, const char *why)
{
    fprintf(stderr, "sqlite_reference: %s: %s\n", what, why);
    exit(1);
}

static int64_t now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void script_read(const char *path)
{
    FILE *file = fopen(path, "r");
    char *line = NULL;
    size_t size = 0;
    ssize_t length;
    if (!file)
        die(path, "cannot be opened");
    while ((length = getline(&line, &size, file)) > 0) {
        line[length - 1] = '\0';
        struct statement *last = &statements[statement_count - (statement_count > 0)];
        if (line[0] == 's' && statement_count < STATEMENTS_AT_MOST)
            statements[statement_count++].sql = strdup(line + 2);
        else if (statement_count > 0 && last->count < VALUES_AT_MOST && length < VALUE_AT_MOST)
            last->values[last->count++] = strdup(line);
        else
            die(path, "is not a script");
    }
    free(line);
    fclose(file);
}

/* The text with what stands for ids replaced; its length. */
static int text_make(const char *from, char *to, const struct worker *worker)
{
    char *at = to;
    uint64_t done = worker->done;
    uint64_t number = (uint64_t)worker->number;
    for (; *from; from++) {
        if (*from == 1)
            at += sprintf(at, "%" PRIu64,
                          UINT64_C(100000000000000000) + run_number * UINT64_C(1000000000000) +
                              done * 1000 + number);
        else if (*from == 2)
            at += sprintf(at, "%08" PRIx32,
                          (uint32_t)(run_number << 24) + (uint32_t)(done * 128 + number));
        else if (*from == 3)
            at += sprintf(at, "%d", 100 + worker->number);
        else if (*from == '\\')
            *at++ = *++from == 'n' ? '\n' : *from;
        else
            *at++ = *from;
    }
    *at = '\0';
    return (int)(at - to);
}

static void statement_run(sqlite3 *db, sqlite3_stmt *prepared, const struct statement *statement,
                          const struct worker *worker, char *room)
{
    int code = SQLITE_OK;
    for (int i = 0; code == SQLITE_OK && i < statement->count; i++) {
        const char *value = statement->values[i];
        if (value[0] == 'i')
            code = sqlite3_bind_int64(prepared, i + 1, strtoll(value + 2, NULL, 10));
        else if (value[0] == 't')
            code = sqlite3_bind_text(prepared, i + 1, room, text_make(value + 2, room, worker),
                                     SQLITE_TRANSIENT);
        else
            code = sqlite3_bind_null(prepared, i + 1);
    }
    while (code == SQLITE_OK || code == SQLITE_ROW)
        code = sqlite3_step(prepared);
    if (code != SQLITE_DONE)
        die(statement->sql, sqlite3_errmsg(db));
    sqlite3_reset(prepared);
}

static sqlite3 *connection_open(sqlite3_stmt **prepared)
{
    sqlite3 *db = NULL;
    if (sqlite3_open_v2(database, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) ||
        sqlite3_busy_timeout(db, PATIENCE_MS) ||
        sqlite3_exec(db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL", NULL, NULL, NULL))
        die(database, sqlite3_errmsg(db));
    for (int i = 0; i < statement_count; i++) {
        if (sqlite3_prepare_v2(db, statements[i].sql, -1, &prepared[i], NULL) != SQLITE_OK)
            die(statements[i].sql, sqlite3_errmsg(db));
    }
    return db;
}

static void *worker_run(void *data)
{
    struct worker *worker = data;
    sqlite3_stmt *prepared[STATEMENTS_AT_MOST];
    sqlite3 *db = connection_open(prepared);
    char *room = malloc((size_t)VALUE_AT_MOST * 18);
    worker->times = malloc(sizeof(*worker->times) * TIMES_AT_MOST);
    if (!room || !worker->times)
        die("memory", "not enough");
    int64_t begun = now_us();
    while (begun < end_us && worker->done < TIMES_AT_MOST) {
        for (int i = 0; i < statement_count; i++)
            statement_run(db, prepared[i], &statements[i], worker, room);
        int64_t now = now_us();
        worker->times[worker->done++] = (uint32_t)(now - begun);
        begun = now;
    }
    for (int i = 0; i < statement_count; i++)
        sqlite3_finalize(prepared[i]);
    sqlite3_close(db);
    free(room);
    return NULL;
}

static int time_order(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static void figures_print(struct worker *workers, int threads, int64_t took)
{
    uint32_t done = 0;
    for (int i = 0; i < threads; i++)
        done += workers[i].done;
    uint32_t *all = malloc(sizeof(*all) * (done + 1));
    if (!all || done == 0)
        die("figures", "there are none");
    uint32_t at = 0;
    for (int i = 0; i < threads; i++) {
        memcpy(all + at, workers[i].times, sizeof(*all) * workers[i].done);
        at += workers[i].done;
        free(workers[i].times);
    }
    qsort(all, done, sizeof(*all), time_order);
    printf("{\"runs\":%" PRIu32 ",\"microseconds\":%" PRId64 ",\"p50\":%" PRIu32 ",\"p99\":%" PRIu32
           "}\n",
           done, took, all[done / 2], all[(uint64_t)done * 99 / 100]);
    free(all);
}

int main(int count, char **words)
{
    if (count != 6)
        die("usage", "sqlite_reference DATABASE SCRIPT THREADS SECONDS RUN");
    database = words[1];
    script_read(words[2]);
    int threads = atoi(words[3]);
    run_number = strtoull(words[5], NULL, 10);
    if (threads < 1 || threads > THREADS_AT_MOST)
        die("usage", "so many threads cannot be");
    static struct worker workers[THREADS_AT_MOST];
    int64_t begun = now_us();
    end_us = begun + (int64_t)atoi(words[4]) * 1000000;
    for (int i = 0; i < threads; i++) {
        workers[i].number = i;
        if (pthread_create(&workers[i].thread, NULL, worker_run, &workers[i]) != 0)
            die("threads", "cannot be made");
    }
    for (int i = 0; i < threads; i++)
        pthread_join(workers[i].thread, NULL);
    figures_print(workers, threads, now_us() - begun);
    return 0;
}
