/*
 * database_url_test.c: every spelling of a database's address, what it becomes, what is refused and how it is masked.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/config/database_url.h"

static sl_arena *arena;

static void spellings_become_one(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        const char *written;
        const char *masked; /* NULL: the same */
    } cases[] = {
        { "sqlite:///var/shop.db", "sqlite:var/shop.db", NULL },
        { "sqlite:////var/lib/shop.db", "sqlite:/var/lib/shop.db", NULL },
        { "sqlite+aiosqlite:///shop.db", "sqlite:shop.db", NULL },
        { "sqlite+pysqlite:////tmp/a%20b.db", "sqlite:/tmp/a%20b.db", NULL },
        { "SQLite:///shop.db?check_same_thread=false&timeout=5", "sqlite:shop.db", NULL },
        { "postgresql://localhost/shop", "postgresql://localhost/shop", NULL },
        { "postgres://localhost/shop", "postgresql://localhost/shop", NULL },
        { "postgresql+psycopg2://u:p@h:5433/shop", "postgresql://u:p@h:5433/shop",
          "postgresql://u:***@h:5433/shop" },
        { "postgresql+asyncpg://u@h/shop", "postgresql://u@h/shop", NULL },
        { "postgresql+psycopg://u:p@h/shop", "postgresql://u:p@h/shop",
          "postgresql://u:***@h/shop" },
        { "postgresql://u:p%40ss%2Fw%3A%25@h/shop", "postgresql://u:p%40ss%2Fw%3A%25@h/shop",
          "postgresql://u:***@h/shop" },
        { "postgresql://u:p@ss@h/shop", "postgresql://u:p%40ss@h/shop",
          "postgresql://u:***@h/shop" },
        { "postgresql://u:@h/shop", "postgresql://u:@h/shop", "postgresql://u:***@h/shop" },
        { "postgresql://u:p@h1,h2:5433/shop?target_session_attrs=read-write",
          "postgresql://u:p@h1,h2:5433/shop?target_session_attrs=read-write",
          "postgresql://u:***@h1,h2:5433/shop?target_session_attrs=read-write" },
        { "postgresql+psycopg2://u:p@/shop?host=h1:5432&host=h2:5433",
          "postgresql://u:p@h1:5432,h2:5433/shop", "postgresql://u:***@h1:5432,h2:5433/shop" },
        { "postgresql://u@/shop?host=h1,h2&port=5432,5433", "postgresql://u@h1:5432,h2:5433/shop",
          NULL },
        { "postgresql://u@/shop?port=5433&host=h1,h2", "postgresql://u@h1:5433,h2:5433/shop",
          NULL },
        { "postgresql://u@[::1]:5433/shop", "postgresql://u@[::1]:5433/shop", NULL },
        { "postgresql://u@[2001:db8::1],h2/shop", "postgresql://u@[2001:db8::1],h2/shop", NULL },
        { "postgresql://u@/shop?host=/run/postgresql", "postgresql://u@/shop?host=/run/postgresql",
          NULL },
        { "postgresql://u@/shop?host=/run/postgresql&port=5433",
          "postgresql://u@/shop?host=/run/postgresql&port=5433", NULL },
        { "postgresql://u@%2Frun%2Fpostgresql/shop", "postgresql://u@/shop?host=/run/postgresql",
          NULL },
        { "postgresql://u@/shop?host=::1&port=5433", "postgresql://u@[::1]:5433/shop", NULL },
        { "postgresql://u@/shop?host=h1,h2&port=,5433", "postgresql://u@h1,h2:5433/shop", NULL },
        { "postgresql://%2Frun,[::1],h3:5433/shop",
          "postgresql:///shop?host=/run,::1,h3&port=,,5433", NULL },
        { "postgresql:///shop?host=/run,::1,h3&port=,,5433",
          "postgresql:///shop?host=/run,::1,h3&port=,,5433", NULL },
        { "postgresql:///shop?host=/run%2541", "postgresql:///shop?host=/run%2541", NULL },
        { "postgresql://[fe80::1%25eth0]/shop", "postgresql://[fe80::1%25eth0]/shop", NULL },
        { "postgresql:///shop", "postgresql:///shop", NULL },
        { "postgresql:///shop?host=", "postgresql:///shop", NULL },
        { "postgresql:///shop?port=", "postgresql:///shop", NULL },
        { "postgresql:///shop?user=", "postgresql:///shop", NULL },
        { "postgresql://h/?dbname=", "postgresql://h/", NULL },
        { "postgresql:///shop?host=,h2", "postgresql://,h2/shop", NULL },
        { "postgresql://", "postgresql:///", NULL },
        { "postgresql://h/shop%20one", "postgresql://h/shop%20one", NULL },
        { "postgresql+asyncpg://u@h/shop?ssl=require", "postgresql://u@h/shop?sslmode=require",
          NULL },
        { "postgresql+asyncpg://u@h/shop?ssl=true&prepared_statement_cache_size=0",
          "postgresql://u@h/shop?sslmode=require", NULL },
        { "postgresql://h/shop?user=u&password=p%26q", "postgresql://u:p%26q@h/shop",
          "postgresql://u:***@h/shop" },
        { "postgresql://h/shop?sslkey=/k&sslpassword=hush",
          "postgresql://h/shop?sslkey=/k&sslpassword=hush",
          "postgresql://h/shop?sslkey=/k&sslpassword=masked" },
        { "postgresql://h/shop?options=-c%20geqo%3Doff",
          "postgresql://h/shop?options=-c%20geqo%3Doff", NULL },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        sl_database_address address;
        const char *wrong = sl_database_url_read(arena, cases[i].url, &address);
        if (wrong)
            fail_msg("%s %s", cases[i].url, wrong);
        assert_string_equal(sl_database_url_write(arena, &address, false), cases[i].written);
        assert_string_equal(sl_database_url_write(arena, &address, true),
                            cases[i].masked ? cases[i].masked : cases[i].written);
    }
}

static void what_is_written_reads_the_same_again(void **state)
{
    (void)state;
    static const char *const urls[] = { "postgresql://u:p%40ss%2F%00x@h/shop",
                                        "postgresql://a%3Ab:c%2Cd@[::1]:1,h/x%2Fy?options=a%26b",
                                        "postgresql://u@/shop?host=/run/a%20b,/run/c&port=1,2" };
    for (size_t i = 1; i < sizeof(urls) / sizeof(urls[0]); i++) {
        sl_database_address first;
        sl_database_address second;
        sl_database_url_read(arena, urls[i], &first);
        const char *written = sl_database_url_write(arena, &first, false);
        const char *wrong = sl_database_url_read(arena, written, &second);
        if (wrong)
            fail_msg("%s %s", written, wrong);
        assert_string_equal(sl_database_url_write(arena, &second, false), written);
        assert_int_equal(first.host_count, second.host_count);
    }
    sl_database_address address;
    assert_non_null(sl_database_url_read(arena, urls[0], &address));
}

static void what_is_refused_says_why_and_repeats_no_secret(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        const char *says;
    } cases[] = {
        { "", "no database address" },
        { "shop.db", "no database address" },
        { "sqlite:shop.db", "sqlite:///" },
        { "mysql://root:hush@localhost/db", "sqlite:/// or postgresql://" },
        { "mysql+pymysql://root:hush@localhost/db", "sqlite:/// or postgresql://" },
        { "postgresql+hush://u@h/shop", "behind the +" },
        { "sqlite+psycopg2:///shop.db", "behind the +" },
        { "sqlite://", "in memory" },
        { "sqlite:///:memory:", "in memory" },
        { "sqlite+aiosqlite:///:memory:?cache=shared", "in memory" },
        { "sqlite://shop.db", "three slashes" },
        { "sqlite:///", "name a file" },
        { "sqlite:////var/lib/", "name a file" },
        { "sqlite:///file:shop.db?uri=true", "plain file" },
        { "sqlite:///shop.db?journal=off", "journal" },
        { "postgresql://u:hu/sh@h/shop", "%2F" },
        { "postgresql://u:hu%sh@h/shop", "%25" },
        { "postgresql://u:hush@h:port/shop", "65535" },
        { "postgresql://u:hush@h:70000/shop", "65535" },
        { "postgresql://u:hush@::1/shop", "[ and ]" },
        { "postgresql://u:hush@[::1/shop", "] is missing" },
        { "postgresql://u:hush@h%2Ch2/shop", "neither a name" },
        { "postgresql://u:hush@h%3A5/shop", "neither a name" },
        { "postgresql://u:hush@[h:5]/shop", "neither a name" },
        { "postgresql://u:hush@h/shop/more", "more than one /" },
        { "postgresql://u:hush@h/shop?sslmod=require", "did you mean sslmode" },
        { "postgresql://u:hush@h/shop?hush", "name=value" },
        { "postgresql://u:hush @h/shop", "space" },
        { "postgresql://u:hush@h/shop?port=no", "65535" },
        { "host=localhost dbname=shop password=hush", "no database address" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        sl_database_address address;
        const char *wrong = sl_database_url_read(arena, cases[i].url, &address);
        if (!wrong)
            fail_msg("%s was taken", cases[i].url);
        if (!strstr(wrong, cases[i].says))
            fail_msg("%s: \"%s\" does not say \"%s\"", cases[i].url, wrong, cases[i].says);
        assert_null(strstr(wrong, "hush"));
    }
}

static int arena_up(void **state)
{
    (void)state;
    arena = sl_arena_new();
    return 0;
}

static int arena_down(void **state)
{
    (void)state;
    sl_arena_free(arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spellings_become_one),
        cmocka_unit_test(what_is_written_reads_the_same_again),
        cmocka_unit_test(what_is_refused_says_why_and_repeats_no_secret),
    };
    return cmocka_run_group_tests_name("database_url", tests, arena_up, arena_down);
}
