/*
 * docs.c: the pages /docs and /redoc.
 *
 * Nothing on them comes from elsewhere, and scripts are files: the policy they are served with allows no other.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core/http/http.h"

#include <string.h>

static const char swagger_page[] =
    "<!doctype html>\n"
    "<html lang=\"en\">\n"
    "<head>\n"
    "<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<title>Stripe_lite API</title>\n"
    "<link rel=\"stylesheet\" href=\"/assets/docs/swagger-ui.css\">\n"
    "</head>\n"
    "<body>\n"
    "<div id=\"docs\"></div>\n"
    "<script src=\"/assets/docs/swagger-ui-bundle.js\"></script>\n"
    "<script src=\"/assets/docs/docs.js\"></script>\n"
    "</body>\n"
    "</html>\n";

static const char redoc_page[] =
    "<!doctype html>\n"
    "<html lang=\"en\">\n"
    "<head>\n"
    "<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<title>Stripe_lite API reference</title>\n"
    "</head>\n"
    "<body>\n"
    "<div id=\"redoc\"></div>\n"
    "<script src=\"/assets/docs/redoc.standalone.js\"></script>\n"
    "<script src=\"/assets/docs/redoc.js\"></script>\n"
    "</body>\n"
    "</html>\n";

static sl_status page(sl_context *cx, const char *text)
{
    cx->reply->http_status = 200;
    cx->reply->content_type = "text/html; charset=utf-8";
    cx->reply->body = text;
    cx->reply->length = strlen(text);
    cx->reply->lasting = true;
    sl_reply_header(cx, "Cache-Control", "no-cache");
    sl_reply_header(cx, "Content-Security-Policy",
                    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
                    "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; "
                    "worker-src 'self' blob:; base-uri 'none'; frame-ancestors 'none'");
    return SL_OK;
}

sl_status sl_docs_swagger(sl_context *cx, const void *params)
{
    (void)params;
    return page(cx, swagger_page);
}

sl_status sl_docs_redoc(sl_context *cx, const void *params)
{
    (void)params;
    return page(cx, redoc_page);
}
