/*
 * payment_method_routes.c: parse, call, render.
 *
 * A name such as "pm_card_visa" stands for a new method wherever an id does, in the path too.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "payment_method_routes.h"

#include "customer_service.h"
#include "payment_method_service.h"

static const char *const types[] = { METHOD_CARD, NULL };

static const char *const other_types[] = { "acss_debit",
                                           "affirm",
                                           "afterpay_clearpay",
                                           "alipay",
                                           "alma",
                                           "amazon_pay",
                                           "au_becs_debit",
                                           "bacs_debit",
                                           "bancontact",
                                           "billie",
                                           "bizum",
                                           "blik",
                                           "boleto",
                                           "cashapp",
                                           "crypto",
                                           "custom",
                                           "customer_balance",
                                           "eps",
                                           "fpx",
                                           "giropay",
                                           "grabpay",
                                           "ideal",
                                           "interac_present",
                                           "kakao_pay",
                                           "klarna",
                                           "konbini",
                                           "kr_card",
                                           "link",
                                           "mb_way",
                                           "mobilepay",
                                           "multibanco",
                                           "naver_pay",
                                           "nz_bank_account",
                                           "oxxo",
                                           "p24",
                                           "pay_by_bank",
                                           "payco",
                                           "paynow",
                                           "paypal",
                                           "paypay",
                                           "payto",
                                           "pix",
                                           "promptpay",
                                           "revolut_pay",
                                           "samsung_pay",
                                           "satispay",
                                           "scalapay",
                                           "sepa_debit",
                                           "sequra",
                                           "sofort",
                                           "sunbit",
                                           "swish",
                                           "twint",
                                           "upi",
                                           "us_bank_account",
                                           "wechat_pay",
                                           "zip",
                                           NULL };
static const char *const sharing_params[] = { "customer", "payment_method", NULL };
static const char *const harmless_params[] = { "radar_options", NULL };
/* Which network of a card with two is preferred; the gateways here know one. */
static const char *const card_harmless_params[] = { "networks", NULL };
static const char *const attach_unsupported_params[] = { "customer_account", NULL };

struct card_params {
    const char *number;
    int64_t exp_month;
    int64_t exp_year;
    const char *cvc;
    const char *token;
};
static const sl_field card_fields[] = {
    SL_STRING(struct card_params, number, .secret = true, .max = 40, .doc = "The card's number"),
    SL_INT64(struct card_params, exp_month, .nullable = true, .doc = "1 to 12"),
    SL_INT64(struct card_params, exp_year, .nullable = true, .doc = "Two or four digits"),
    SL_STRING(struct card_params, cvc, .secret = true, .max = 20, .doc = "The security code"),
    SL_STRING(struct card_params, token, .doc = "A token, instead of a number"),
    SL_UNUSED(card_harmless_params),
    SL_FIELDS_END,
};

struct method_create_params {
    const char *type;
    const char *allow_redisplay;
    struct card_params *card;
    struct billing_params *billing_details;
    const sl_map *metadata;
};
const sl_field payment_method_create_fields[] = {
    SL_ENUM(struct method_create_params, type, types, .required = true, .doc = "card"),
    SL_ENUM(struct method_create_params, allow_redisplay, redisplays, .doc = "May be shown again"),
    SL_OBJECT(struct method_create_params, card, struct card_params, card_fields,
              .doc = "The card"),
    SL_OBJECT(struct method_create_params, billing_details, struct billing_params, billing_fields,
              .doc = "Who pays with it"),
    SL_METADATA(struct method_create_params, metadata),
    SL_UNSUPPORTED(other_types, "cards are the only payment methods here"),
    SL_UNSUPPORTED(sharing_params, "methods are not copied to other accounts"),
    SL_UNUSED(harmless_params),
    SL_FIELDS_END,
};

struct method_id_params {
    const char *id;
};
const sl_field payment_method_id_fields[] = {
    SL_ID(struct method_id_params, id, "pm", .doc = "The payment method"),
    SL_FIELDS_END,
};

static const sl_field card_update_fields[] = {
    SL_INT64(struct card_update_params, exp_month, .nullable = true, .doc = "1 to 12"),
    SL_INT64(struct card_update_params, exp_year, .nullable = true, .doc = "Two or four digits"),
    SL_UNUSED(card_harmless_params),
    SL_FIELDS_END,
};
const sl_field payment_method_update_fields[] = {
    SL_ID(struct payment_method_update_params, id, "pm", .doc = "The payment method"),
    SL_ENUM(struct payment_method_update_params, allow_redisplay, redisplays,
            .doc = "May be shown again"),
    SL_OBJECT(struct payment_method_update_params, billing_details, struct billing_params,
              billing_fields, .doc = "Who pays with it"),
    SL_OBJECT(struct payment_method_update_params, card, struct card_update_params,
              card_update_fields, .doc = "The card's new expiry"),
    SL_METADATA(struct payment_method_update_params, metadata, .unset = true),
    SL_UNSUPPORTED(other_types, "cards are the only payment methods here"),
    SL_FIELDS_END,
};

struct method_attach_params {
    const char *id;
    const char *customer;
};
const sl_field payment_method_attach_fields[] = {
    SL_ID(struct method_attach_params, id, "pm", .doc = "The payment method"),
    SL_ID(struct method_attach_params, customer, "cus", .required = true, .doc = "Who keeps it"),
    SL_UNSUPPORTED(attach_unsupported_params, "this server has no such objects"),
    SL_FIELDS_END,
};

struct customer_method_params {
    const char *customer;
    const char *id;
};
const sl_field customer_method_fields[] = {
    SL_ID(struct customer_method_params, customer, "cus", .doc = "The customer"),
    SL_ID(struct customer_method_params, id, "pm", .doc = "The payment method"),
    SL_FIELDS_END,
};

struct customer_methods_params {
    const char *id;
    const char *type;
    const char *allow_redisplay;
    SL_LIST_MEMBERS;
};
const sl_field customer_methods_fields[] = {
    SL_ID(struct customer_methods_params, id, "cus", .doc = "The customer"),
    SL_STRING(struct customer_methods_params, type, .query = true, .doc = "Of this type: card"),
    SL_ENUM(struct customer_methods_params, allow_redisplay, redisplays, .query = true,
            .doc = "May be shown again"),
    SL_LIST_FIELDS(struct customer_methods_params),
    SL_FIELDS_END,
};

/* ---- making and showing ---- */

static int32_t small(int64_t number)
{
    return number == SL_NONE || number < 0 || number > INT16_MAX ? 0 : (int32_t)number;
}

static void draft_of(const struct method_create_params *in, sl_method_draft *ret)
{
    *ret = (sl_method_draft){ .struct_size = sizeof(*ret),
                              .type = in->type,
                              .metadata = in->metadata };
    if (in->card) {
        ret->number = in->card->number;
        ret->exp_month = small(in->card->exp_month);
        ret->exp_year = small(in->card->exp_year);
        ret->cvc = in->card->cvc;
        ret->token = in->card->token;
    }
}

static void billing_of(sl_context *cx, const struct billing_params *in,
                       struct payment_method *method)
{
    if (text_or_null(in->name))
        method->name = in->name;
    method->email = text_or_null(in->email);
    method->phone = text_or_null(in->phone);
    method->tax_id = text_or_null(in->tax_id);
    if (in->address)
        method->address = address_sound(cx, in->address);
}

sl_status payment_method_create_route(sl_context *cx, const void *params)
{
    const struct method_create_params *in = params;
    sl_method_draft draft;
    struct method_source source;
    draft_of(in, &draft);
    sl_status status = method_source_make(cx, &draft, &source);
    if (status != SL_OK)
        return status;
    if (in->billing_details)
        billing_of(cx, in->billing_details, &source.method);
    if (in->allow_redisplay)
        source.method.allow_redisplay = in->allow_redisplay;
    method_source_keep(cx, &source);
    return sl_resource_reply(cx, 200, &payment_method_resource, &source.method);
}

static sl_status path_find(sl_context *cx, const char *id, struct method_source *ret)
{
    const sl_method_request request = { .struct_size = sizeof(request),
                                        .value = id,
                                        .param = "id" };
    return method_source_find(cx, &request, ret);
}

sl_status payment_method_show_route(sl_context *cx, const void *params)
{
    const struct method_id_params *in = params;
    struct method_source source;
    if (sl_caller_customer(cx)) {
        struct payment_method method = { 0 };
        sl_status status = sl_resource_load(cx, &payment_method_resource, in->id, "id", &method);
        return status == SL_OK ? sl_resource_reply(cx, 200, &payment_method_resource, &method)
                               : status;
    }
    sl_status status = path_find(cx, in->id, &source);
    if (status != SL_OK)
        return status;
    /* Looking at a single-use token's method would use it up: only names make one here. */
    if (source.token.id)
        return method_missing(cx, in->id, "id");
    method_source_keep(cx, &source);
    return sl_resource_reply(cx, 200, &payment_method_resource, &source.method);
}

/* ---- changing ---- */

static sl_status stored_load(sl_context *cx, const char *id, struct payment_method *ret)
{
    *ret = (struct payment_method){ 0 };
    return sl_resource_load(cx, &payment_method_resource, id, "id", ret);
}

sl_status payment_method_update_route(sl_context *cx, const void *params)
{
    const struct payment_method_update_params *in = params;
    struct payment_method method;
    sl_status status = stored_load(cx, in->id, &method);
    if (status == SL_OK)
        status = method_update(cx, &method, in);
    return status == SL_OK ? sl_resource_reply(cx, 200, &payment_method_resource, &method) : status;
}

sl_status payment_method_attach_route(sl_context *cx, const void *params)
{
    const struct method_attach_params *in = params;
    struct method_source source;
    struct customer customer;
    bool there;
    sl_status status = path_find(cx, in->id, &source);
    if (status == SL_OK)
        status = customer_load(cx, in->customer, "customer", &customer);
    if (status == SL_OK)
        status = method_attach_check(cx, &source.method, customer.id, ATTACH_ASK, &there);
    if (status != SL_OK)
        return status;
    if (!there) {
        customer_guard(cx, &customer);
        method_attach(cx, &source, customer.id);
    }
    return sl_resource_reply(cx, 200, &payment_method_resource, &source.method);
}

sl_status payment_method_detach_route(sl_context *cx, const void *params)
{
    const struct method_id_params *in = params;
    struct payment_method method;
    sl_status status = stored_load(cx, in->id, &method);
    if (status == SL_OK)
        status = method_detach(cx, &method);
    return status == SL_OK ? sl_resource_reply(cx, 200, &payment_method_resource, &method) : status;
}

/* ---- below a customer ---- */

sl_status customer_method_route(sl_context *cx, const void *params)
{
    const struct customer_method_params *in = params;
    struct customer customer;
    struct payment_method method;
    sl_status status = customer_load(cx, in->customer, "id", &customer);
    if (status == SL_OK)
        status = stored_load(cx, in->id, &method);
    if (status != SL_OK)
        return status;
    if (!same(method.customer, customer.id))
        return method_missing(cx, in->id, "id");
    return sl_resource_reply(cx, 200, &payment_method_resource, &method);
}

sl_status customer_methods_route(sl_context *cx, const void *params)
{
    const struct customer_methods_params *in = params;
    struct customer customer;
    sl_status status = customer_load(cx, in->id, "id", &customer);
    if (status != SL_OK)
        return status;
    sl_argument arguments[3] = { sl_text(customer.id) };
    uint32_t count = 1;
    const char *where = "customer = $2";
    if (in->type) {
        arguments[count++] = sl_text(in->type);
        where = sl_format(cx, "%s AND type = $%u", where, count + 1);
    }
    if (in->allow_redisplay) {
        arguments[count++] = sl_text(in->allow_redisplay);
        where = sl_format(cx, "%s AND allow_redisplay = $%u", where, count + 1);
    }
    return sl_resource_list(cx, &payment_method_resource, where, arguments, count);
}
