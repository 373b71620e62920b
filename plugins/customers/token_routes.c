/*
 * token_routes.c: a card becomes a token, once.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "token_routes.h"

#include "card_check.h"
#include "method_source.h"

struct token_card_params {
    const char *number;
    int64_t exp_month;
    int64_t exp_year;
    const char *cvc;
    const char *currency;
    const char *name;
    const char *address_city;
    const char *address_country;
    const char *address_line1;
    const char *address_line2;
    const char *address_state;
    const char *address_zip;
};
/* Which network of a card with two is preferred; the gateways here know one. */
static const char *const card_harmless_params[] = { "networks", NULL };

static const sl_field token_card_fields[] = {
    SL_STRING(struct token_card_params, number, .required = true, .secret = true, .max = 40,
              .doc = "The card's number"),
    SL_INT64(struct token_card_params, exp_month, .required = true, .min = -9999, .max = 9999,
             .doc = "1 to 12"),
    SL_INT64(struct token_card_params, exp_year, .required = true, .min = -9999, .max = 9999,
             .doc = "Two or four digits"),
    SL_STRING(struct token_card_params, cvc, .secret = true, .max = 20, .doc = "The security code"),
    SL_CURRENCY(struct token_card_params, currency, .doc = "What it is to pay in"),
    SL_STRING(struct token_card_params, name, .unset = true, .doc = "The holder's name"),
    SL_STRING(struct token_card_params, address_city, .unset = true, .doc = "City"),
    SL_STRING(struct token_card_params, address_country, .unset = true, .doc = "Country"),
    SL_STRING(struct token_card_params, address_line1, .unset = true, .doc = "Street"),
    SL_STRING(struct token_card_params, address_line2, .unset = true, .doc = "Apartment or unit"),
    SL_STRING(struct token_card_params, address_state, .unset = true, .doc = "State"),
    SL_STRING(struct token_card_params, address_zip, .unset = true, .doc = "ZIP or postal code"),
    SL_UNUSED(card_harmless_params),
    SL_FIELDS_END,
};

struct token_create_params {
    struct token_card_params *card;
};
static const char *const unsupported_params[] = { "account",    "bank_account", "customer",
                                                  "cvc_update", "person",       "pii",
                                                  NULL };

const sl_field token_create_fields[] = {
    SL_OBJECT(struct token_create_params, card, struct token_card_params, token_card_fields,
              .required = true, .doc = "The card"),
    SL_UNSUPPORTED(unsupported_params, "tokens are made of cards only"),
    SL_FIELDS_END,
};

static struct address *token_address(sl_context *cx, const struct token_card_params *in)
{
    struct address *address = sl_alloc(cx, sizeof(*address));
    address->city = text_or_null(in->address_city);
    address->country = text_or_null(in->address_country);
    address->line1 = text_or_null(in->address_line1);
    address->line2 = text_or_null(in->address_line2);
    address->state = text_or_null(in->address_state);
    address->postal_code = text_or_null(in->address_zip);
    bool any = address->city || address->country || address->line1 || address->line2 ||
               address->state || address->postal_code;
    return any ? address : NULL;
}

static struct token token_of(sl_context *cx, const struct card_tokens *tokens,
                             const struct token_card_params *in)
{
    const sl_gateway_token *card = &tokens->token;
    return (struct token){
        .id = sl_id(cx, "tok"),
        .created = sl_now(cx),
        .card = sl_id(cx, "card"),
        .gateway = sl_gateway_name(tokens->gateway),
        .token = card->token,
        .tokens = tokens->others,
        .brand = card->brand,
        .last4 = card->last4,
        .fingerprint = card->fingerprint,
        .funding = card->funding,
        .country = card->country,
        .cvc_check = card->cvc_check,
        .exp_month = card->exp_month,
        .exp_year = card->exp_year,
        .name = text_or_null(in->name),
        .address = token_address(cx, in),
    };
}

sl_status token_create_route(sl_context *cx, const void *params)
{
    const struct token_card_params *in = ((const struct token_create_params *)params)->card;
    const sl_method_draft draft = {
        .struct_size = sizeof(draft),
        .number = in->number,
        .exp_month = (int32_t)in->exp_month,
        .exp_year = (int32_t)in->exp_year,
        .cvc = in->cvc,
        .currency = in->currency,
    };
    struct card_tokens tokens = { .gateway = NULL };
    sl_status status = card_tokenize(cx, &draft, &tokens);
    if (status != SL_OK)
        return status;
    struct token token = token_of(cx, &tokens, in);
    sl_insert(cx, &tokens_table, &token);
    return sl_resource_reply(cx, 200, &token_resource, &token);
}
