/*
 * balance_model.c: the balance as one object.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "balance_model.h"

static const sl_field balance_fields[] = {
    SL_STRING(struct balance, id),
    SL_TIMESTAMP(struct balance, created),
    SL_FIELDS_END,
};

static const sl_table balances = SL_TABLE("balances", struct balance, balance_fields);

bool balance_has(sl_list sums, const char *account, const char *currency)
{
    for (uint32_t i = 0; i < sums.count; i++) {
        const sl_ledger_balance *sum = SL_ITEM(sums, sl_ledger_balance, i);
        if (same(sum->account, account) && same(sum->currency, currency))
            return true;
    }
    return false;
}

static void amount_write(sl_json *out, int64_t amount, const char *currency)
{
    sl_json_open(out, NULL);
    sl_json_money(out, "amount", amount, currency);
    sl_json_string(out, "currency", currency);
    sl_json_open(out, "source_types");
    sl_json_money(out, "card", amount, currency);
    sl_json_close(out);
    sl_json_close(out);
}

/* One account in every currency that either account has; at least the default one. */
static void amounts_write(sl_json *out, const char *name, const char *account, sl_list sums)
{
    uint32_t written = 0;
    sl_json_open_array(out, name);
    for (uint32_t i = 0; i < sums.count; i++) {
        const sl_ledger_balance *sum = SL_ITEM(sums, sl_ledger_balance, i);
        if (same(sum->account, account)) {
            amount_write(out, sum->amount, sum->currency);
            written++;
        } else if ((same(sum->account, SL_LEDGER_PENDING) ||
                    same(sum->account, SL_LEDGER_AVAILABLE)) &&
                   !balance_has(sums, account, sum->currency)) {
            amount_write(out, 0, sum->currency);
            written++;
        }
    }
    if (written == 0)
        amount_write(out, 0, sl_default_currency(sl_json_context(out)));
    sl_json_close_array(out);
}

static void balance_render(sl_json *out, const void *row)
{
    const struct balance *balance = row;
    sl_json_open(out, NULL);
    sl_json_string(out, "object", "balance");
    amounts_write(out, "available", SL_LEDGER_AVAILABLE, balance->sums);
    sl_json_bool(out, "livemode", sl_livemode(sl_json_context(out)));
    amounts_write(out, "pending", SL_LEDGER_PENDING, balance->sums);
    sl_json_close(out);
}

const sl_resource balance_resource = {
    .struct_size = sizeof(sl_resource),
    .flags = SL_RESOURCE_NO_LIST | SL_RESOURCE_NO_RETRIEVE,
    .type = "balance",
    .id_prefix = "balance",
    .table = &balances,
    .render = balance_render,
};
