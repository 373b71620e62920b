/*
 * no_request.c: what core/http answers to the rooms below it, where there is no request.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stripe_lite/route.h>

const char *sl_request_path(const sl_context *cx)
{
    (void)cx;
    return "";
}

sl_status sl_reply_json(sl_context *cx, int32_t http_status, const sl_json *body)
{
    (void)http_status;
    (void)body;
    return sl_fail(cx, SL_E_INTERNAL, NULL, "There is no request to answer.");
}

sl_status sl_reply_body(sl_context *cx, int32_t http_status, const char *content_type,
                        const char *body, size_t length)
{
    (void)content_type;
    (void)length;
    (void)body;
    return sl_reply_json(cx, http_status, NULL);
}
