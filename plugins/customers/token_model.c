/*
 * token_model.c: the token's table and rendering.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "token_model.h"

static const sl_field token_fields[] = {
    SL_ID(struct token, id, "tok"),
    SL_TIMESTAMP(struct token, created),
    SL_INT64(struct token, version),
    SL_BOOL(struct token, used),
    SL_ID(struct token, card, "card"),
    SL_STRING(struct token, gateway),
    SL_STRING(struct token, token),
    SL_STRING(struct token, brand),
    SL_STRING(struct token, last4),
    SL_JSON(struct token, tokens),
    SL_STRING(struct token, fingerprint),
    SL_STRING(struct token, funding),
    SL_STRING(struct token, country),
    SL_STRING(struct token, cvc_check),
    SL_INT64(struct token, exp_month),
    SL_INT64(struct token, exp_year),
    SL_STRING(struct token, name),
    SL_OBJECT(struct token, address, struct address, address_fields),
    SL_FIELDS_END,
};
const sl_table tokens_table = SL_TABLE("tokens", struct token, token_fields);

/* Tokens spell brands as Stripe's older objects do. */
static const char *brand_title(const char *brand)
{
    static const struct {
        const char *brand;
        const char *title;
    } titles[] = {
        { "visa", "Visa" },         { "mastercard", "MasterCard" }, { "amex", "American Express" },
        { "jcb", "JCB" },           { "discover", "Discover" },     { "diners", "Diners Club" },
        { "unionpay", "UnionPay" },
    };
    for (size_t i = 0; i < sizeof(titles) / sizeof(titles[0]); i++) {
        if (same(titles[i].brand, brand))
            return titles[i].title;
    }
    return "Unknown";
}

static void token_address_write(sl_json *out, const struct address *address)
{
    static const struct address nothing;
    const struct address *from = address ? address : &nothing;
    sl_json_string(out, "address_city", from->city);
    sl_json_string(out, "address_country", from->country);
    sl_json_string(out, "address_line1", from->line1);
    sl_json_string(out, "address_line1_check", from->line1 ? "unchecked" : NULL);
    sl_json_string(out, "address_line2", from->line2);
    sl_json_string(out, "address_state", from->state);
    sl_json_string(out, "address_zip", from->postal_code);
    sl_json_string(out, "address_zip_check", from->postal_code ? "unchecked" : NULL);
}

static void token_card_write(sl_json *out, const struct token *token)
{
    sl_json_open(out, "card");
    sl_json_string(out, "id", token->card);
    sl_json_string(out, "object", "card");
    token_address_write(out, token->address);
    sl_json_string(out, "brand", brand_title(token->brand));
    sl_json_string(out, "country", token->country);
    sl_json_string(out, "cvc_check", token->cvc_check);
    sl_json_null(out, "dynamic_last4");
    sl_json_int(out, "exp_month", token->exp_month);
    sl_json_int(out, "exp_year", token->exp_year);
    sl_json_string(out, "fingerprint", token->fingerprint);
    sl_json_string(out, "funding", token->funding);
    sl_json_string(out, "last4", token->last4);
    sl_json_map(out, "metadata", NULL);
    sl_json_string(out, "name", token->name);
    sl_json_open(out, "networks");
    sl_json_null(out, "preferred");
    sl_json_close(out);
    sl_json_null(out, "regulated_status");
    sl_json_null(out, "tokenization_method");
    sl_json_close(out);
}

static void token_render(sl_json *out, const void *row)
{
    const struct token *token = row;
    sl_json_open(out, NULL);
    sl_json_string(out, "id", token->id);
    sl_json_string(out, "object", "token");
    token_card_write(out, token);
    sl_json_null(out, "client_ip");
    sl_json_time(out, "created", token->created);
    sl_json_bool(out, "livemode", sl_livemode(sl_json_context(out)));
    sl_json_string(out, "type", "card");
    sl_json_bool(out, "used", token->used);
    sl_json_close(out);
}

const sl_resource token_resource = {
    .struct_size = sizeof(sl_resource),
    .flags = SL_RESOURCE_NO_LIST,
    .type = "token",
    .id_prefix = "tok",
    .table = &tokens_table,
    .path = "/v1/tokens",
    .render = token_render,
};
