/*
 * paper.c: a gateway that keeps its own books, on paper: what money it moved stands in a file that no server owns.
 *
 * In the option `folder`: `moved` has a line for each attempt that moved money, in order; `mood` says how to behave, as words
 * "name=value": answer (approved, declined, pending, not_sent, lost), code, decline_code and advice (of a decline), before and
 * after (milliseconds around the movement), late (1: moves although the caller's time is over), retrieve (pending, unknown).
 * Asked about an attempt, it looks at its file; `asked` has a line for each call, so that a test sees what never arrived.
 * Built a second time it is the gateway "slate", which is not for tests only: it has a circuit breaker.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stripe_lite/stripe_lite.h>

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define PAPER_MOST (1024 * 1024)
#define LAST_YEAR 2099

#ifndef PAPER
#define PAPER "paper"
#define PAPER_FLAGS SL_GATEWAY_TEST_ONLY
#define PAPER_PRIORITY 100
#endif

struct options {
    const char *folder;
};

static const sl_field option_fields[] = {
    SL_STRING(struct options, folder, .required = true, .doc = "Where the books are"),
    SL_FIELDS_END,
};

static const struct options *found;

static const char *paper_read(sl_context *cx, const char *name)
{
    char *text = sl_alloc(cx, PAPER_MOST + 1);
    int file = open(sl_format(cx, "%s/%s", found->folder, name), O_RDONLY | O_CLOEXEC);
    ssize_t length = file < 0 ? 0 : read(file, text, PAPER_MOST);
    if (file >= 0)
        close(file);
    text[length > 0 ? length : 0] = '\0';
    return text;
}

/* The value of a word of the mood, "" without. */
static const char *mood(sl_context *cx, const char *name)
{
    const char *text = paper_read(cx, "mood");
    const char *wanted = sl_format(cx, "%s=", name);
    const char *at = strstr(text, wanted);
    if (!at)
        return "";
    at += strlen(wanted);
    return sl_copy(cx, at, strcspn(at, " \n"));
}

static bool mood_is(sl_context *cx, const char *name, const char *value)
{
    return strcmp(mood(cx, name), value) == 0;
}

static int64_t mood_number(sl_context *cx, const char *name)
{
    int64_t number = 0;
    for (const char *at = mood(cx, name); *at >= '0' && *at <= '9'; at++)
        number = number * 10 + (*at - '0');
    return number;
}

static bool has_moved(sl_context *cx, const char *attempt)
{
    return strstr(paper_read(cx, "moved"), sl_format(cx, "%s ", attempt)) != NULL;
}

static sl_status line_add(sl_context *cx, const char *name, const sl_gateway_payment *payment)
{
    const char *line = sl_format(cx, "%s %s %lld\n", payment->attempt, payment->operation,
                                 (long long)payment->amount);
    int file = open(sl_format(cx, "%s/%s", found->folder, name),
                    O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    bool written = file >= 0 && write(file, line, strlen(line)) == (ssize_t)strlen(line);
    if (file >= 0)
        close(file);
    return written ? SL_OK : sl_fail(cx, SL_E_INTERNAL, NULL, "There is no paper.");
}

static sl_status money_move(sl_context *cx, const sl_gateway_payment *payment)
{
    return has_moved(cx, payment->attempt) ? SL_OK : line_add(cx, "moved", payment);
}

static const char *mood_or_null(sl_context *cx, const char *name)
{
    const char *word = mood(cx, name);
    return word[0] ? word : NULL;
}

static void decline_explain(sl_context *cx, sl_gateway_outcome *ret)
{
    ret->code = mood_or_null(cx, "code");
    ret->decline_code = mood_or_null(cx, "decline_code");
    ret->advice_code = mood_or_null(cx, "advice");
}

static sl_status operate(sl_context *cx, const sl_gateway_payment *payment, sl_gateway_outcome *ret)
{
    bool declined = mood_is(cx, "answer", "declined") ||
                    (payment->token && strcmp(payment->token, PAPER "_declined") == 0);
    if (payment->token && strncmp(payment->token, PAPER "_", strlen(PAPER "_")) != 0)
        return sl_fail(cx, SL_E_INTERNAL, NULL, "This token is another gateway's.");
    sl_status asked = line_add(cx, "asked", payment);
    if (asked != SL_OK)
        return asked;
    ret->kind = mood_is(cx, "answer", "not_sent") ? SL_GATEWAY_NOT_SENT
                : declined                        ? SL_GATEWAY_DECLINED
                                                  : SL_GATEWAY_APPROVED;
    ret->reference = sl_format(cx, PAPER ".%s", payment->attempt);
    if (ret->kind == SL_GATEWAY_DECLINED)
        decline_explain(cx, ret);
    if (ret->kind != SL_GATEWAY_APPROVED)
        return SL_OK;
    int64_t before = mood_number(cx, "before");
    bool late = mood_is(cx, "late", "1");
    sl_status status = before > 0 ? sl_sleep(cx, before) : SL_OK;
    if (status == SL_OK || late)
        status = money_move(cx, payment);
    int64_t after = mood_number(cx, "after");
    if (status == SL_OK && after > 0)
        status = sl_sleep(cx, after);
    if (status == SL_OK && mood_is(cx, "answer", "lost"))
        ret->kind = SL_GATEWAY_UNKNOWN;
    if (status == SL_OK && mood_is(cx, "answer", "pending"))
        ret->kind = SL_GATEWAY_PENDING;
    return status;
}

static sl_status retrieve(sl_context *cx, const sl_gateway_payment *payment,
                          sl_gateway_outcome *ret)
{
    ret->reference = sl_format(cx, PAPER ".%s", payment->attempt);
    ret->kind = mood_is(cx, "retrieve", "unknown")   ? SL_GATEWAY_UNKNOWN
                : !has_moved(cx, payment->attempt)   ? SL_GATEWAY_NEVER_HAPPENED
                : mood_is(cx, "retrieve", "pending") ? SL_GATEWAY_PENDING
                                                     : SL_GATEWAY_APPROVED;
    return SL_OK;
}

static void card_fill(sl_gateway_token *ret)
{
    ret->brand = "visa";
    ret->last4 = "4242";
    ret->fingerprint = PAPER;
    ret->funding = "credit";
    ret->country = "US";
    ret->exp_month = 12;
    ret->exp_year = LAST_YEAR;
}

static sl_status resolve_name(sl_context *cx, const char *name, sl_gateway_token *ret)
{
    if (mood_is(cx, "cards", "unknown"))
        return SL_E_NOT_FOUND;
    bool declines = strcmp(name, "pm_card_chargeDeclined") == 0;
    if (!declines && strcmp(name, "pm_card_visa") != 0 && strcmp(name, "tok_visa") != 0)
        return SL_E_NOT_FOUND;
    ret->token = declines ? PAPER "_declined" : PAPER "_visa";
    card_fill(ret);
    return SL_OK;
}

static sl_status tokenize(sl_context *cx, const sl_gateway_card *card, sl_gateway_token *ret)
{
    if (mood_is(cx, "cards", "refused"))
        return sl_fail(cx, SL_E_CARD, "card_declined", "Not this card.");
    card_fill(ret);
    ret->last4 = sl_copy(cx, card->number + strlen(card->number) - 4, 4);
    ret->token = sl_format(cx, PAPER "_%s", ret->last4);
    ret->exp_month = card->exp_month;
    ret->exp_year = card->exp_year;
    return SL_OK;
}

static const sl_gateway_operations operations = {
    .struct_size = sizeof(operations),
    .flags = SL_GATEWAY_CAN_PARTIAL_CAPTURE | SL_GATEWAY_CAN_REFUND_IN_PARTS | PAPER_FLAGS,
    .authorize = operate,
    .capture = operate,
    .cancel = operate,
    .refund = operate,
    .retrieve = retrieve,
    .tokenize = tokenize,
    .resolve_name = resolve_name,
};

static const sl_gateway_type gateways[] = {
    { .name = PAPER, .operations = &operations, .priority = PAPER_PRIORITY },
    SL_GATEWAYS_END,
};

static sl_status start(sl_context *cx, sl_plugin *self)
{
    (void)cx;
    found = sl_options(self);
    return SL_OK;
}

SL_PLUGIN(.name = "gateway_" PAPER, .version = "1.0.0",
          .summary = "A gateway with books of its own", .options = option_fields,
          .options_size = sizeof(struct options), .gateways = gateways, .start = start)
