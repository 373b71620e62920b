/*
 * search_test.c: the search language: operators, joining, quoting, metadata, and every sentence it refuses with.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/resource/tests/served.h"

static const sl_map *metadata_of(sl_context *cx, const char *name, const char *value)
{
    sl_pair *pair = sl_alloc(cx, sizeof *pair);
    sl_map *map = sl_alloc(cx, sizeof *map);
    *pair = (sl_pair){ .name = name, .value = value };
    *map = (sl_map){ .count = 1, .pairs = pair };
    return map;
}

/* a: Ann, 100; b: ann, 200; c: Bob, -5; d: no name, 300; e: 100% o'"\_x; another account's Ann. Newest last. */
static void fill(sl_context *cx)
{
    served_insert(cx, "a", 1001, .name = "Ann Lee", .unique_key = "k-1",
                  .metadata = metadata_of(cx, "plan", "pro"));
    served_insert(cx, "b", 1002, .name = "ann lee", .amount = 200, .maybe = 7,
                  .metadata = metadata_of(cx, "$.plan", "Free"));
    served_insert(cx, "c", 1003, .name = "Bob", .amount = -5,
                  .metadata = metadata_of(cx, "0", "zero"));
    served_insert(cx, "d", 1004, .name = NULL, .amount = 300, .maybe = SL_NONE);
    served_insert(cx, "e", 1005, .name = "100% o'\"\\_x \xc3\xbc",
                  .metadata = metadata_of(cx, "it's \"[x]\" \\", "null"));
    struct item *other = bench_item(cx, "other");
    other->name = "Ann Lee";
    sl_insert_in(cx, "acct_2", &item_table, other);
    bench_commit(cx);
}

static void finds(sl_context *cx, const char *query, const char *ids, int line)
{
    sl_status status = served_search(cx, served_item, query, NULL, 100);
    if (status != SL_OK)
        fprintf(stderr, "# %s: %s\n", query, sl_error_message(cx));
    bench_check_status(status, SL_OK, __FILE__, line, query);
    bench_check_text(served_ids(cx), ids, __FILE__, line, query);
}
#define check_finds(QUERY, IDS) finds(cx, (QUERY), (IDS), __LINE__)

static void operators(sl_context *cx)
{
    fill(cx);
    check_finds("owner:'Ann Lee'", "b a");
    check_finds("owner:\"ANN LEE\"", "b a");
    check_finds("  owner : 'ann lee'  ", "b a");
    check_finds("owner:bob", "c");
    check_finds("owner~'nn l'", "b a");
    check_finds("owner~'NN L'", "b a");
    check_finds("owner:'Ann'", "");
    check_finds("amount:200", "b");
    check_finds("amount:'200'", "b");
    check_finds("amount:-5", "c");
    check_finds("amount>200", "d");
    check_finds("amount>=200", "d b");
    check_finds("amount<100", "c");
    check_finds("amount<=100", "e c a");
    check_finds("created>1003", "e d");
    check_finds("created:1003", "c");
}

static void test_every_operator(void **state)
{
    (void)state;
    bench_run(operators);
}

static void negations(sl_context *cx)
{
    fill(cx);
    check_finds("-owner:'ann lee'", "e d c");
    check_finds("-owner~'ann'", "e d c");
    check_finds("-amount>100", "e c a");
    check_finds("-maybe:7", "e d c a");
    check_finds("owner:null", "d");
    check_finds("-owner:NULL", "e c b a");
    check_finds("owner:'null'", "");
    check_finds("key:null", "e d c b");
    check_finds("maybe:null", "d");
    check_finds("-maybe:null", "e c b a");
    check_finds("metadata['plan']:null", "e d c b");
    check_finds("-metadata['plan']:null", "a");
    check_finds("-metadata['plan']:'pro'", "e d c b");
}

static void test_negation_is_true_of_absent_values(void **state)
{
    (void)state;
    bench_run(negations);
}

static void joins(sl_context *cx)
{
    fill(cx);
    check_finds("owner:'ann lee' AND amount:200", "b");
    check_finds("owner:'ann lee' and -amount:200", "a");
    check_finds("owner:'ann lee' amount:200", "b");
    check_finds("owner:'ann lee' -amount:200", "a");
    check_finds("owner:'bob' OR amount:300", "d c");
    check_finds("owner:'bob' or amount:300 OR key:'k-1'", "d c a");
    check_finds("owner:'bob' OR -amount:100", "d c b");
    check_finds("amount>0 owner:'ann lee' created<1002", "a");
    /* An OR must not reach beyond the account, nor beyond the page's cursor. */
    check_finds("owner:'nobody' OR owner:'ann lee'", "b a");
    check_status(served_search(cx, served_item, "owner:'bob' OR amount>=100", "d", 2), SL_OK);
    check_text(served_ids(cx), "c b+");
}

static void test_and_or_and_a_space(void **state)
{
    (void)state;
    bench_run(joins);
}

static void quotes(sl_context *cx)
{
    fill(cx);
    check_finds("owner:'100% o\\'\"\\\\_x \xc3\xbc'", "e");
    check_finds("owner:\"100% o'\\\"\\\\_x \xc3\xbc\"", "e");
    check_finds("owner~'00%'", "e");
    check_finds("owner~'\\\\_x'", "e");
    /* Wildcards are letters like any other. */
    check_finds("owner~'%%%'", "");
    check_finds("owner~'a__'", "");
    check_finds("owner:'%'", "");
    check_finds("owner~'x \xc3\xbc'", "e");
}

static void test_quotes_escapes_wildcards(void **state)
{
    (void)state;
    bench_run(quotes);
}

static void keys(sl_context *cx)
{
    fill(cx);
    check_finds("metadata['plan']:'pro'", "a");
    check_finds("metadata[\"plan\"]:\"PRO\"", "a");
    check_finds("metadata [ 'plan' ] : 'pro'", "a");
    check_finds("metadata['plan']~'pro'", "a");
    check_finds("metadata['$.plan']:'free'", "b");
    check_finds("metadata['0']:'zero'", "c");
    check_finds("metadata['it\\'s \"[x]\" \\\\']:'null'", "e");
    check_finds("metadata['$']:'x'", "");
    check_finds("metadata['$[']:'x'", "");
    check_finds("metadata['[0]']:'x'", "");
    check_finds("metadata['']:'x'", "");
    check_finds("metadata['plan\"; DROP TABLE items; --']:'x'", "");
    check_finds("metadata['plan']:'pro' AND metadata['$.plan']:null", "a");
}

static void test_metadata_keys_are_names_never_paths(void **state)
{
    (void)state;
    bench_run(keys);
}

static const struct {
    const char *query;
    const char *why;
} faults[] = {
    { "", "the name of a field is missing" },
    { "   ", "the name of a field is missing" },
    { "owner", "an operator is missing after 'owner'" },
    { "owner 'x'", "an operator is missing after 'owner'" },
    { "owner:", "a value is missing" },
    { "owner:'x", "a quotation mark is missing" },
    { "owner:'x\\'", "a quotation mark is missing" },
    { "owner:'x' AND", "the name of a field is missing" },
    { "owner:'x' AND owner:'y' OR owner:'z'", "AND and OR cannot be mixed" },
    { "owner:'x' owner:'y' OR owner:'z'", "AND and OR cannot be mixed" },
    { "owner:'x' ; DROP TABLE items", "unexpected text at '; DROP TABLE items'" },
    { "owner:'x')", "unexpected text at ')'" },
    { "owner:'x'owner:'y'", "unexpected text at 'owner:'y''" },
    { "owner:'x' \xf0\x9f\x92\xb3\xf0\x9f\x92\xb3\xf0\x9f\x92\xb3\xf0\x9f\x92\xb3\xf0\x9f\x92\xb3\xf0\x9f\x92\xb3",
      "unexpected text at '\xf0\x9f\x92\xb3\xf0\x9f\x92\xb3\xf0\x9f\x92\xb3\xf0\x9f\x92\xb3\xf0\x9f\x92\xb3'" },
    { "nothing:'x'", "field 'nothing' is not searchable" },
    { "--owner:'x'", "field '-owner' is not searchable" },
    { "flag:'x'", "field 'flag' is not searchable" },
    { "account_id:'acct_1'", "field 'account_id' is not searchable" },
    { "owner>'x'", "'owner' is a text: it takes : and ~" },
    { "owner~'ab'", "a part of a text has three characters or more" },
    { "owner~'\xc3\xbc\xc3\xbc'", "a part of a text has three characters or more" },
    { "owner~null", "null takes the operator :" },
    { "amount>null", "null takes the operator :" },
    { "amount~'100'", "'amount' is a number: it takes : < <= > >= and a whole number" },
    { "amount:'ten'", "'amount' is a number: it takes : < <= > >= and a whole number" },
    { "amount:1.5", "'amount' is a number: it takes : < <= > >= and a whole number" },
    { "amount:''", "'amount' is a number: it takes : < <= > >= and a whole number" },
    { "amount:99999999999999999999",
      "'amount' is a number: it takes : < <= > >= and a whole number" },
    { "amount:-9223372036854775808",
      "'amount' is a number: it takes : < <= > >= and a whole number" },
    { "metadata:'x'", "metadata takes a key: metadata['key']" },
    { "metadata[plan]:'x'", "a key in brackets stands in quotation marks" },
    { "metadata['plan':'x'", "a closing bracket is missing" },
    { "metadata['plan", "a quotation mark is missing" },
    { "metadata['plan']>'x'", "'metadata' is a text: it takes : and ~" },
    { "amount:1 amount:1 amount:1 amount:1 amount:1 amount:1 amount:1 amount:1 amount:1 amount:1 amount:1",
      "at most 10 clauses" },
};

static void refusals(sl_context *cx)
{
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        const char *sentence =
            sl_format(cx, "We were unable to parse your search query: %s.", faults[i].why);
        check_refused(served_search(cx, served_item, faults[i].query, NULL, 10), SL_E_INVALID,
                      "query", sentence);
        check_text(sl_error_code(cx), "invalid_search_query");
    }
    check_int(served_statements, 0);
}

static void test_each_fault_has_its_sentence(void **state)
{
    (void)state;
    bench_run(refusals);
}

/* Any bytes are refused or answered, never more than that. */
static void garbage(sl_context *cx)
{
    static const char letters[] =
        "owner metadata amount:~<>=-'\"\\[]()$%_ANDORnull.0123456789;\xc3\xbc\n\t";
    uint64_t seed = 88172645463325252u;
    fill(cx);
    for (int run = 0; run < 2000; run++) {
        char query[64];
        size_t length = 0;
        for (; length < 20 + (size_t)run % 40; length++) {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            query[length] = letters[seed % (sizeof letters - 1)];
        }
        query[length] = '\0';
        if (run % 2)
            memcpy(query, "metadata['", 10);
        sl_status status = served_search(cx, served_item, query, NULL, 10);
        if (status != SL_OK)
            check_status(status, SL_E_INVALID);
    }
}

static void test_garbage_is_refused_or_answered(void **state)
{
    (void)state;
    bench_run(garbage);
}

static void long_values(sl_context *cx)
{
    static const char letters[] = "%('_";
    fill(cx);
    for (const char *letter = letters; *letter; letter++) {
        char *value = sl_alloc(cx, 4991);
        memset(value, *letter, 4990);
        check_finds(sl_format(cx, "owner~\"%s\"", value), "");
        check_finds(sl_format(cx, "owner:\"%s\"", value), "");
    }
}

static void test_the_longest_query(void **state)
{
    (void)state;
    bench_run(long_values);
}

static void pages(sl_context *cx)
{
    fill(cx);
    check_status(served_search(cx, served_item, "amount>0", NULL, 2), SL_OK);
    check_text(served_ids(cx), "e d+");
    check_text(served_at(cx, "object"), "search_result");
    check_text(served_at(cx, "url"), "/v1/items");
    check_text(served_at(cx, "next_page"), "d");
    check_status(served_search(cx, served_item, "amount>0", "d", 2), SL_OK);
    check_text(served_ids(cx), "b a");
    check_text(served_at(cx, "next_page"), NULL);
    check_status(served_search(cx, served_item, "amount>0", "", 2), SL_OK);
    check_text(served_ids(cx), "e d+");
    check_refused(served_search(cx, served_item, "amount>0", "nothing", 2), SL_E_INVALID, "page",
                  "Invalid page: it is not the next_page of a search.");
    cx->caller.customer = "Bob";
    check_finds("amount<1000", "c");
    check_refused(served_search(cx, served_item, "amount>0", "a", 2), SL_E_INVALID, "page",
                  "Invalid page: it is not the next_page of a search.");
}

static void test_pages_and_confinement(void **state)
{
    (void)state;
    bench_run(pages);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SERVED_ON_BOTH(test_every_operator),
        SERVED_ON_BOTH(test_negation_is_true_of_absent_values),
        SERVED_ON_BOTH(test_and_or_and_a_space),
        SERVED_ON_BOTH(test_quotes_escapes_wildcards),
        SERVED_ON_BOTH(test_metadata_keys_are_names_never_paths),
        SERVED_ON_BOTH(test_each_fault_has_its_sentence),
        SERVED_ON_BOTH(test_garbage_is_refused_or_answered),
        SERVED_ON_BOTH(test_the_longest_query),
        SERVED_ON_BOTH(test_pages_and_confinement),
    };
    return cmocka_run_group_tests_name("search", tests, served_up, served_down);
}
