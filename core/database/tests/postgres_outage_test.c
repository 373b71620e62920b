/*
 * postgres_outage_test.c: sessions that are killed before and during, locks that are held too long, answers to COMMIT that are
 * lost on the way, a server that is not there.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/database/tests/bench.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include <libpq-fe.h>

static PGconn *control; /* blocking, beside the loop */

static int control_do(const char *sql)
{
    PGresult *result = PQexec(control, sql);
    ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
        fprintf(stderr, "# %s: %s", sql, PQerrorMessage(control));
        abort();
    }
    int count = PQntuples(result);
    PQclear(result);
    return count;
}

/* Ends this program's sessions; how many. They carry the name of the test's schema. */
static int control_kill(void)
{
    return control_do(
        "SELECT pg_terminate_backend(pid, 2000) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND "
        "application_name = current_setting('application_name')");
}

static int use(void **state)
{
    if (bench_use_postgres(state) != 0)
        return -1;
    control = PQconnectdb(bench_url);
    return PQstatus(control) == CONNECTION_OK ? 0 : -1;
}

static int done(void **state)
{
    (void)state;
    PQfinish(control);
    return 0;
}

/* ---- before ---- */

static void before(sl_context *cx)
{
    sl_insert(cx, &item_table, bench_item(cx, "item_1"));
    bench_commit(cx);
    bench_find(cx, "item_1");
    check(control_kill() >= 2);
    bench_find(cx, "item_1");
    sl_insert(cx, &item_table, bench_item(cx, "item_2"));
    bench_commit(cx);
    check(control_kill() >= 2);
    check_status(sl_execute(cx, "UPDATE items SET amount = 5 WHERE id = $1",
                            SL_ARGS(sl_text("item_2")), NULL),
                 SL_OK);
    check_int(bench_find(cx, "item_2").amount, 5);
}

static void test_killed_before(void **state)
{
    (void)state;
    bench_run(before);
}

/* ---- during ---- */

static sl_status read_status;
static sl_status write_status;
static sl_status execute_status;

static void slow_read(sl_context *cx, void *data)
{
    (void)data;
    sl_rows *rows = NULL;
    read_status = sl_query_all(cx, "SELECT pg_sleep(0.7)", SL_NO_ARGS, &rows);
}

static void slow_execute(sl_context *cx, void *data)
{
    (void)data;
    execute_status = sl_execute(
        cx, "UPDATE items SET amount = 9 WHERE id = 'item_1' AND pg_sleep(0.7) IS NOT NULL",
        SL_NO_ARGS, NULL);
}

static void blocked_write(sl_context *cx, void *data)
{
    (void)data;
    struct item item = bench_find(cx, "item_1");
    item.amount = 77;
    sl_update(cx, &item_table, &item, "amount");
    sl_insert(cx, &item_table, bench_item(cx, "item_blocked"));
    write_status = sl_commit(cx);
}

static void during(sl_context *cx)
{
    sl_insert(cx, &item_table, bench_item(cx, "item_1"));
    bench_commit(cx);
    control_do("BEGIN; UPDATE items SET name = 'locked' WHERE id = 'item_1'");
    read_status = write_status = execute_status = 1;
    bench_start(slow_read, NULL);
    bench_start(slow_execute, NULL);
    bench_start(blocked_write, NULL);
    check_status(sl_sleep(cx, 300), SL_OK);
    check_int(write_status, 1);
    check(control_kill() >= 3);
    check_status(sl_sleep(cx, 100), SL_OK);
    control_do("ROLLBACK");
}

static void during_see(sl_context *cx)
{
    /* The read was asked again, the set had not reached its COMMIT; a lone statement is not asked twice. */
    check_status(read_status, SL_OK);
    check_status(write_status, SL_OK);
    check_status(execute_status, SL_E_UNKNOWN);
    check_int(bench_find(cx, "item_1").amount, 77);
    bench_find(cx, "item_blocked");
}

static void test_killed_during(void **state)
{
    (void)state;
    bench_run(during);
    bench_run(during_see);
}

static sl_status retry_step(sl_context *cx, void *data)
{
    int *count = data;
    (*count)++;
    struct item item = bench_find(cx, "item_1");
    item.amount++;
    sl_update(cx, &item_table, &item, "amount");
    return SL_OK;
}

static int retry_runs;
static void retry_fiber(sl_context *cx, void *data)
{
    (void)data;
    write_status = sl_retry(cx, retry_step, &retry_runs);
}

static void locked(sl_context *cx)
{
    sl_insert(cx, &item_table, bench_item(cx, "item_1"));
    bench_commit(cx);
    control_do(
        "BEGIN; UPDATE items SET name = 'locked', version = version + 1 WHERE id = 'item_1'");
    retry_runs = 0;
    bench_start(retry_fiber, NULL);
    /* Longer than lock_timeout: a conflict, not a fault. */
    check_status(sl_sleep(cx, 2500), SL_OK);
    control_do("COMMIT");
}

static void locked_see(sl_context *cx)
{
    check_status(write_status, SL_OK);
    check(retry_runs >= 2);
    struct item item = bench_find(cx, "item_1");
    check_int(item.amount, 101);
    check_int(item.version, 3);
}

static void test_a_lock_held_too_long(void **state)
{
    (void)state;
    bench_run(locked);
    bench_run(locked_see);
}

/* ---- a lost answer to COMMIT: a proxy that cuts the line there ---- */

struct proxy {
    int listener;
    int port;
    int server_port;
    char server_address[64];
    bool deliver; /* COMMIT reaches the server, its answer gets lost */
    bool cut;     /* already done once */
    bool dead;    /* afterwards nobody is let in */
    bool stop;
    pthread_t thread;
};

struct line {
    int client;
    int server;
    bool committing;
};

static bool bytes_have(const char *bytes, size_t length, const char *word)
{
    return memmem(bytes, length, word, strlen(word)) != NULL;
}

static void line_close(struct line *line)
{
    close(line->client);
    close(line->server);
    line->client = line->server = -1;
}

static void line_forward(struct proxy *proxy, struct line *line, bool from_client)
{
    char bytes[65536];
    ssize_t got = recv(from_client ? line->client : line->server, bytes, sizeof(bytes), 0);
    if (got <= 0) {
        line_close(line);
        return;
    }
    bool commits = from_client && !proxy->cut && bytes_have(bytes, (size_t)got, "COMMIT");
    if (commits) {
        proxy->cut = true;
        line->committing = true;
        if (!proxy->deliver) {
            line_close(line);
            return;
        }
    }
    if (!from_client && line->committing) {
        line_close(line);
        return;
    }
    if (send(from_client ? line->server : line->client, bytes, (size_t)got, MSG_NOSIGNAL) != got)
        line_close(line);
}

static struct line line_accept(struct proxy *proxy)
{
    struct line line = { .client = accept(proxy->listener, NULL, NULL), .server = -1 };
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_port = htons((uint16_t)proxy->server_port) };
    inet_pton(AF_INET, proxy->server_address, &address.sin_addr);
    line.server = socket(AF_INET, SOCK_STREAM, 0);
    if ((proxy->cut && proxy->dead) ||
        connect(line.server, (struct sockaddr *)&address, sizeof(address)) != 0)
        line_close(&line);
    return line;
}

static void *proxy_main(void *data)
{
    struct proxy *proxy = data;
    struct line lines[32];
    struct pollfd polls[65];
    int count = 0;
    while (!__atomic_load_n(&proxy->stop, __ATOMIC_ACQUIRE)) {
        polls[0] = (struct pollfd){ .fd = proxy->listener, .events = POLLIN };
        for (int i = 0; i < count; i++) {
            polls[1 + 2 * i] = (struct pollfd){ .fd = lines[i].client, .events = POLLIN };
            polls[2 + 2 * i] = (struct pollfd){ .fd = lines[i].server, .events = POLLIN };
        }
        if (poll(polls, (nfds_t)(1 + 2 * count), 20) <= 0)
            continue;
        for (int i = 0; i < count; i++) {
            if (lines[i].client >= 0 && polls[1 + 2 * i].revents)
                line_forward(proxy, &lines[i], true);
            if (lines[i].server >= 0 && polls[2 + 2 * i].revents)
                line_forward(proxy, &lines[i], false);
        }
        int kept = 0;
        for (int i = 0; i < count; i++) {
            if (lines[i].client >= 0)
                lines[kept++] = lines[i];
        }
        count = kept;
        if (polls[0].revents && count < 32) {
            lines[count] = line_accept(proxy);
            count += lines[count].client >= 0;
        }
    }
    for (int i = 0; i < count; i++)
        line_close(&lines[i]);
    return NULL;
}

static void proxy_start(struct proxy *proxy)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t length = sizeof(address);
    proxy->server_port = atoi(PQport(control));
    const char *numeric = PQhostaddr(control);
    snprintf(proxy->server_address, sizeof(proxy->server_address), "%s",
             numeric && numeric[0] ? numeric : "127.0.0.1");
    proxy->listener = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(proxy->listener, (struct sockaddr *)&address, length) != 0 ||
        listen(proxy->listener, 16) != 0 ||
        getsockname(proxy->listener, (struct sockaddr *)&address, &length) != 0 ||
        pthread_create(&proxy->thread, NULL, proxy_main, proxy) != 0)
        abort();
    proxy->port = ntohs(address.sin_port);
}

static void proxy_stop(struct proxy *proxy)
{
    __atomic_store_n(&proxy->stop, true, __ATOMIC_RELEASE);
    pthread_join(proxy->thread, NULL);
    close(proxy->listener);
}

static struct proxy proxy;

static void through_proxy(sl_context *cx)
{
    sl_database *own = bench_host.database;
    const char *url = bench_url;
    bench_url = sl_format(cx, "%s&hostaddr=127.0.0.1&port=%d", url, proxy.port);
    bench_host.database = bench_open_again();
    sl_insert(cx, &item_table, bench_item(cx, "item_proxy"));
    struct counter counter = { .id = "c", .total = 1, .times = 1 };
    sl_add(cx, &counter_table, &counter, "total, times");
    write_status = sl_commit(cx);
    sl_database_close(bench_host.database);
    bench_host.database = own;
    bench_url = url;
}

static void count_see(sl_context *cx)
{
    struct item item;
    read_status = sl_find(cx, &item_table, "item_proxy", &item);
}

static void run_through(bool deliver, bool dead)
{
    proxy = (struct proxy){ .deliver = deliver, .dead = dead };
    proxy_start(&proxy);
    bench_run(through_proxy);
    proxy_stop(&proxy);
    assert_true(proxy.cut);
    bench_run(count_see);
}

static void test_answer_to_commit_lost_but_written(void **state)
{
    (void)state;
    run_through(true, false);
    assert_int_equal(write_status, SL_OK);
    assert_int_equal(read_status, SL_OK);
}

static void test_commit_itself_lost(void **state)
{
    (void)state;
    run_through(false, false);
    assert_int_equal(write_status, SL_E_UNAVAILABLE);
    assert_int_equal(read_status, SL_E_NOT_FOUND);
}

static void test_nobody_can_tell(void **state)
{
    (void)state;
    run_through(true, true);
    assert_int_equal(write_status, SL_E_UNKNOWN);
    assert_int_equal(read_status, SL_OK);
}

/* The same for a group: the first fiber leads one of its own, a conflict without COMMIT, and all others are the next. */
#define MANY 30

static sl_host proxied;
static const char *direct_url;
static int outcomes[MANY];

static void group_fiber(sl_context *cx, void *data)
{
    int number = (int)(intptr_t)data;
    sl_context *own = sl_context_new(&proxied, cx->account, false, NULL);
    struct item *item = bench_item(own, sl_format(own, "item_%d", number));
    item->version = 1;
    if (number == 0)
        sl_update(own, &item_table, item, "amount");
    else
        sl_insert(own, &item_table, item);
    struct counter counter = { .id = "c", .total = 1, .times = 1 };
    sl_add(own, &counter_table, &counter, "total, times");
    outcomes[number] = sl_commit(own);
    sl_context_free(own);
}

static void group_start(sl_context *cx)
{
    direct_url = bench_url;
    bench_url = sl_format(cx, "%s&hostaddr=127.0.0.1&port=%d", direct_url, proxy.port);
    proxied = bench_host;
    proxied.database = bench_open_again();
    bench_url = direct_url;
    for (intptr_t i = 0; i < MANY; i++)
        bench_start(group_fiber, (void *)i);
}

static void group_see(sl_context *cx)
{
    sl_rows *rows = NULL;
    struct counter counter = { 0 };
    sl_database_close(proxied.database);
    check_status(
        sl_query(cx, "SELECT count(*), count(DISTINCT xmin::text) FROM items WHERE account_id = $1",
                 SL_NO_ARGS, &rows),
        SL_OK);
    check_int(sl_rows_int(rows, 0, 0), proxy.deliver ? MANY - 1 : 0);
    check_int(sl_rows_int(rows, 0, 1), proxy.deliver ? 1 : 0);
    check_status(sl_find(cx, &counter_table, "c", &counter),
                 proxy.deliver ? SL_OK : SL_E_NOT_FOUND);
    check_int(counter.total, proxy.deliver ? MANY - 1 : 0);
    check_status(outcomes[0], SL_E_CONFLICT);
    for (int i = 1; i < MANY; i++)
        check_status(outcomes[i], proxy.deliver ? SL_OK : SL_E_UNAVAILABLE);
}

static void run_group(bool deliver)
{
    proxy = (struct proxy){ .deliver = deliver };
    proxy_start(&proxy);
    bench_run(group_start);
    proxy_stop(&proxy);
    assert_true(proxy.cut);
    bench_run(group_see);
}

static void test_a_group_s_commit_lost(void **state)
{
    run_group(true);
    assert_int_equal(bench_use_postgres(state), 0);
    run_group(false);
}

/* ---- no server ---- */

static void absent(sl_context *cx)
{
    sl_database *own = bench_host.database;
    const char *url = bench_url;
    bench_url = "postgresql://nobody:secret@127.0.0.1:1/none";
    bench_host.database = bench_open_again();
    for (int i = 0; i < 3; i++) {
        check_status(sl_database_ping(cx), SL_E_UNAVAILABLE);
        sl_insert(cx, &item_table, bench_item(cx, "item_1"));
        check_status(sl_commit(cx), SL_E_UNAVAILABLE);
        check(strstr(sl_error_message(cx), "secret") == NULL);
    }
    sl_database_close(bench_host.database);
    /* The first of two hosts is not there. */
    bench_url =
        sl_format(cx, "%s&hostaddr=127.0.0.1,%s&port=1,%s", url,
                  PQhostaddr(control) && PQhostaddr(control)[0] ? PQhostaddr(control) : "127.0.0.1",
                  PQport(control));
    bench_host.database = bench_open_again();
    check_status(sl_database_ping(cx), SL_OK);
    sl_database_close(bench_host.database);
    bench_host.database = own;
    bench_url = url;
}

static void test_a_server_that_is_not_there(void **state)
{
    (void)state;
    bench_run(absent);
}

#define OUTAGE(TEST)                 \
    {                                \
#TEST, TEST, use, done, NULL \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        OUTAGE(test_killed_before),         OUTAGE(test_killed_during),
        OUTAGE(test_a_lock_held_too_long),  OUTAGE(test_answer_to_commit_lost_but_written),
        OUTAGE(test_commit_itself_lost),    OUTAGE(test_nobody_can_tell),
        OUTAGE(test_a_group_s_commit_lost), OUTAGE(test_a_server_that_is_not_there),
    };
    return cmocka_run_group_tests_name("database: PostgreSQL outages", tests, bench_up, bench_down);
}
