/*
 * sdk_layout.c: the size of every public struct and the place of each of its members, as 1.0 has them.
 *
 * A plugin that was built against 1.0 reads and writes at these places. Structs that begin with struct_size may grow at their
 * end, in a later minor version, together with a line here; nothing else here ever changes. Compiling is the test: as C11,
 * C17 and C++17, on 64-bit systems.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stripe_lite/stripe_lite.h>

#ifdef __cplusplus
#define SAME(what, value) static_assert((what) == (value), #what)
#else
#define SAME(what, value) _Static_assert((what) == (value), #what)
#endif
#define SIZE(type, size) SAME(sizeof(type), size)
#define PLACE(type, member, offset) SAME(offsetof(type, member), offset)

SIZE(void *, 8);
SAME(SL_ABI_VERSION, 0x10000u);

/* json.h */
SIZE(sl_pair, 16);
PLACE(sl_pair, name, 0);
PLACE(sl_pair, value, 8);
SIZE(sl_map, 16);
PLACE(sl_map, count, 0);
PLACE(sl_map, reserved, 4);
PLACE(sl_map, pairs, 8);
SIZE(sl_list, 16);
PLACE(sl_list, count, 0);
PLACE(sl_list, item_size, 4);
PLACE(sl_list, items, 8);

/* field.h */
SIZE(sl_field, 128);
PLACE(sl_field, name, 0);
PLACE(sl_field, type, 8);
PLACE(sl_field, offset, 12);
PLACE(sl_field, size, 16);
PLACE(sl_field, item_type, 20);
PLACE(sl_field, item_size, 24);
PLACE(sl_field, required, 28);
PLACE(sl_field, nullable, 29);
PLACE(sl_field, secret, 30);
PLACE(sl_field, unset, 31);
PLACE(sl_field, hidden, 32);
PLACE(sl_field, query, 33);
PLACE(sl_field, spare, 34);
PLACE(sl_field, min, 40);
PLACE(sl_field, max, 48);
PLACE(sl_field, values, 56);
PLACE(sl_field, initial, 64);
PLACE(sl_field, prefix, 72);
PLACE(sl_field, fields, 80);
PLACE(sl_field, doc, 88);
PLACE(sl_field, reserved, 96);

/* database.h */
SIZE(sl_table, 24);
PLACE(sl_table, struct_size, 0);
PLACE(sl_table, row_size, 4);
PLACE(sl_table, name, 8);
PLACE(sl_table, fields, 16);
SIZE(sl_argument, 32);
PLACE(sl_argument, type, 0);
PLACE(sl_argument, reserved, 4);
PLACE(sl_argument, number, 8);
PLACE(sl_argument, text, 16);
PLACE(sl_argument, list, 24);

/* route.h */
SIZE(sl_route, 88);
PLACE(sl_route, pattern, 0);
PLACE(sl_route, handler, 8);
PLACE(sl_route, params, 16);
PLACE(sl_route, access, 24);
PLACE(sl_route, flags, 28);
PLACE(sl_route, scope, 32);
PLACE(sl_route, summary, 40);
PLACE(sl_route, returns, 48);
PLACE(sl_route, reserved, 56);

/* resource.h */
SIZE(sl_filter, 56);
PLACE(sl_filter, param, 0);
PLACE(sl_filter, column, 8);
PLACE(sl_filter, face, 16);
PLACE(sl_filter, type, 20);
PLACE(sl_filter, values, 24);
PLACE(sl_filter, doc, 32);
PLACE(sl_filter, reserved, 40);
SIZE(sl_search_field, 32);
PLACE(sl_search_field, name, 0);
PLACE(sl_search_field, column, 8);
PLACE(sl_search_field, type, 16);
PLACE(sl_search_field, reserved_type, 20);
PLACE(sl_search_field, reserved, 24);
SIZE(sl_resource, 144);
PLACE(sl_resource, struct_size, 0);
PLACE(sl_resource, flags, 4);
PLACE(sl_resource, type, 8);
PLACE(sl_resource, id_prefix, 16);
PLACE(sl_resource, table, 24);
PLACE(sl_resource, path, 32);
PLACE(sl_resource, lite_path, 40);
PLACE(sl_resource, lite_plural, 48);
PLACE(sl_resource, noun, 56);
PLACE(sl_resource, lite_missing, 64);
PLACE(sl_resource, render, 72);
PLACE(sl_resource, render_lite, 80);
PLACE(sl_resource, prepare, 88);
PLACE(sl_resource, filters, 96);
PLACE(sl_resource, search, 104);
PLACE(sl_resource, customer_column, 112);
PLACE(sl_resource, where, 120);
PLACE(sl_resource, scope, 128);
PLACE(sl_resource, access, 136);
PLACE(sl_resource, list_access, 140);

/* event.h */
SIZE(sl_event_view, 56);
PLACE(sl_event_view, struct_size, 0);
PLACE(sl_event_view, reserved, 4);
PLACE(sl_event_view, id, 8);
PLACE(sl_event_view, type, 16);
PLACE(sl_event_view, object_id, 24);
PLACE(sl_event_view, object, 32);
PLACE(sl_event_view, previous, 40);
PLACE(sl_event_view, created, 48);
SIZE(sl_subscription, 32);
PLACE(sl_subscription, pattern, 0);
PLACE(sl_subscription, handler, 8);
PLACE(sl_subscription, reserved, 16);

/* job.h */
SIZE(sl_job_request, 40);
PLACE(sl_job_request, struct_size, 0);
PLACE(sl_job_request, attempts, 4);
PLACE(sl_job_request, name, 8);
PLACE(sl_job_request, key, 16);
PLACE(sl_job_request, run_at, 24);
PLACE(sl_job_request, payload, 32);
SIZE(sl_job_view, 48);
PLACE(sl_job_view, struct_size, 0);
PLACE(sl_job_view, attempt, 4);
PLACE(sl_job_view, attempts, 8);
PLACE(sl_job_view, reserved, 12);
PLACE(sl_job_view, id, 16);
PLACE(sl_job_view, name, 24);
PLACE(sl_job_view, key, 32);
PLACE(sl_job_view, payload, 40);
SIZE(sl_job_type, 80);
PLACE(sl_job_type, name, 0);
PLACE(sl_job_type, handler, 8);
PLACE(sl_job_type, every, 16);
PLACE(sl_job_type, backoff, 24);
PLACE(sl_job_type, backoff_limit, 32);
PLACE(sl_job_type, timeout, 40);
PLACE(sl_job_type, reserved, 48);

/* http_client.h */
SIZE(sl_http_request, 80);
PLACE(sl_http_request, struct_size, 0);
PLACE(sl_http_request, flags, 4);
PLACE(sl_http_request, method, 8);
PLACE(sl_http_request, url, 16);
PLACE(sl_http_request, headers, 24);
PLACE(sl_http_request, body, 32);
PLACE(sl_http_request, body_length, 40);
PLACE(sl_http_request, timeout_ms, 48);
PLACE(sl_http_request, body_limit, 56);
PLACE(sl_http_request, user, 64);
PLACE(sl_http_request, password, 72);
SIZE(sl_http_response, 56);
PLACE(sl_http_response, struct_size, 0);
PLACE(sl_http_response, reached, 4);
PLACE(sl_http_response, status, 8);
PLACE(sl_http_response, reserved, 12);
PLACE(sl_http_response, body, 16);
PLACE(sl_http_response, body_length, 24);
PLACE(sl_http_response, headers, 32);
PLACE(sl_http_response, elapsed_ms, 40);
PLACE(sl_http_response, fault, 48);

/* gateway.h */
SIZE(sl_gateway_card, 32);
PLACE(sl_gateway_card, struct_size, 0);
PLACE(sl_gateway_card, exp_month, 4);
PLACE(sl_gateway_card, exp_year, 8);
PLACE(sl_gateway_card, reserved, 12);
PLACE(sl_gateway_card, number, 16);
PLACE(sl_gateway_card, cvc, 24);
SIZE(sl_gateway_token, 72);
PLACE(sl_gateway_token, struct_size, 0);
PLACE(sl_gateway_token, exp_month, 4);
PLACE(sl_gateway_token, exp_year, 8);
PLACE(sl_gateway_token, reserved, 12);
PLACE(sl_gateway_token, token, 16);
PLACE(sl_gateway_token, brand, 24);
PLACE(sl_gateway_token, last4, 32);
PLACE(sl_gateway_token, fingerprint, 40);
PLACE(sl_gateway_token, funding, 48);
PLACE(sl_gateway_token, country, 56);
PLACE(sl_gateway_token, cvc_check, 64);
SIZE(sl_gateway_payment, 112);
PLACE(sl_gateway_payment, struct_size, 0);
PLACE(sl_gateway_payment, capture, 4);
PLACE(sl_gateway_payment, off_session, 5);
PLACE(sl_gateway_payment, authenticated, 6);
PLACE(sl_gateway_payment, setup, 7);
PLACE(sl_gateway_payment, attempt, 8);
PLACE(sl_gateway_payment, operation, 16);
PLACE(sl_gateway_payment, idempotency_key, 24);
PLACE(sl_gateway_payment, original, 32);
PLACE(sl_gateway_payment, amount, 40);
PLACE(sl_gateway_payment, currency, 48);
PLACE(sl_gateway_payment, token, 56);
PLACE(sl_gateway_payment, customer_token, 64);
PLACE(sl_gateway_payment, description, 72);
PLACE(sl_gateway_payment, statement_descriptor, 80);
PLACE(sl_gateway_payment, return_url, 88);
PLACE(sl_gateway_payment, base_url, 96);
PLACE(sl_gateway_payment, metadata, 104);
SIZE(sl_gateway_outcome, 96);
PLACE(sl_gateway_outcome, struct_size, 0);
PLACE(sl_gateway_outcome, kind, 4);
PLACE(sl_gateway_outcome, amount, 8);
PLACE(sl_gateway_outcome, fee, 16);
PLACE(sl_gateway_outcome, reference, 24);
PLACE(sl_gateway_outcome, code, 32);
PLACE(sl_gateway_outcome, decline_code, 40);
PLACE(sl_gateway_outcome, advice_code, 48);
PLACE(sl_gateway_outcome, message, 56);
PLACE(sl_gateway_outcome, action_url, 64);
PLACE(sl_gateway_outcome, network_code, 72);
PLACE(sl_gateway_outcome, cvc_check, 80);
PLACE(sl_gateway_outcome, available, 88);
SIZE(sl_gateway_notice, 56);
PLACE(sl_gateway_notice, struct_size, 0);
PLACE(sl_gateway_notice, reserved, 4);
PLACE(sl_gateway_notice, kind, 8);
PLACE(sl_gateway_notice, attempt, 16);
PLACE(sl_gateway_notice, reference, 24);
PLACE(sl_gateway_notice, reason, 32);
PLACE(sl_gateway_notice, status, 40);
PLACE(sl_gateway_notice, amount, 48);
SIZE(sl_gateway_webhook, 56);
PLACE(sl_gateway_webhook, struct_size, 0);
PLACE(sl_gateway_webhook, reserved, 4);
PLACE(sl_gateway_webhook, method, 8);
PLACE(sl_gateway_webhook, path, 16);
PLACE(sl_gateway_webhook, query, 24);
PLACE(sl_gateway_webhook, headers, 32);
PLACE(sl_gateway_webhook, body, 40);
PLACE(sl_gateway_webhook, body_length, 48);
SIZE(sl_gateway_event, 144);
PLACE(sl_gateway_event, struct_size, 0);
PLACE(sl_gateway_event, reserved, 4);
PLACE(sl_gateway_event, id, 8);
PLACE(sl_gateway_event, type, 16);
PLACE(sl_gateway_event, created, 24);
PLACE(sl_gateway_event, notice, 32);
PLACE(sl_gateway_event, object_type, 88);
PLACE(sl_gateway_event, object_id, 96);
PLACE(sl_gateway_event, object, 104);
PLACE(sl_gateway_event, previous, 112);
PLACE(sl_gateway_event, account, 120);
PLACE(sl_gateway_event, gateway, 128);
PLACE(sl_gateway_event, livemode, 136);
PLACE(sl_gateway_event, livemode_given, 137);
PLACE(sl_gateway_event, spare, 138);
SIZE(sl_gateway_object, 72);
PLACE(sl_gateway_object, struct_size, 0);
PLACE(sl_gateway_object, reserved, 4);
PLACE(sl_gateway_object, gateway, 8);
PLACE(sl_gateway_object, event, 16);
PLACE(sl_gateway_object, event_type, 24);
PLACE(sl_gateway_object, created, 32);
PLACE(sl_gateway_object, type, 40);
PLACE(sl_gateway_object, id, 48);
PLACE(sl_gateway_object, object, 56);
PLACE(sl_gateway_object, previous, 64);
SIZE(sl_gateway_object_type, 32);
PLACE(sl_gateway_object_type, type, 0);
PLACE(sl_gateway_object_type, handler, 8);
PLACE(sl_gateway_object_type, reserved, 16);
SIZE(sl_gateway_operations, 96);
PLACE(sl_gateway_operations, struct_size, 0);
PLACE(sl_gateway_operations, flags, 4);
PLACE(sl_gateway_operations, authorize, 8);
PLACE(sl_gateway_operations, capture, 16);
PLACE(sl_gateway_operations, cancel, 24);
PLACE(sl_gateway_operations, refund, 32);
PLACE(sl_gateway_operations, retrieve, 40);
PLACE(sl_gateway_operations, tokenize, 48);
PLACE(sl_gateway_operations, resolve_name, 56);
PLACE(sl_gateway_operations, attach, 64);
PLACE(sl_gateway_operations, verify_webhook, 72);
PLACE(sl_gateway_operations, parse_webhook, 80);
PLACE(sl_gateway_operations, health, 88);
SIZE(sl_gateway_type, 72);
PLACE(sl_gateway_type, name, 0);
PLACE(sl_gateway_type, operations, 8);
PLACE(sl_gateway_type, currencies, 16);
PLACE(sl_gateway_type, methods, 24);
PLACE(sl_gateway_type, priority, 32);
PLACE(sl_gateway_type, reserved_number, 36);
PLACE(sl_gateway_type, reserved, 40);

/* plugin.h */
SIZE(sl_service_offer, 32);
PLACE(sl_service_offer, name, 0);
PLACE(sl_service_offer, functions, 8);
PLACE(sl_service_offer, reserved, 16);
SIZE(sl_invariant, 32);
PLACE(sl_invariant, name, 0);
PLACE(sl_invariant, sql, 8);
PLACE(sl_invariant, reserved, 16);
SIZE(sl_command, 40);
PLACE(sl_command, name, 0);
PLACE(sl_command, summary, 8);
PLACE(sl_command, run, 16);
PLACE(sl_command, reserved, 24);
SIZE(sl_plugin_descriptor, 160);
PLACE(sl_plugin_descriptor, struct_size, 0);
PLACE(sl_plugin_descriptor, abi_version, 4);
PLACE(sl_plugin_descriptor, name, 8);
PLACE(sl_plugin_descriptor, version, 16);
PLACE(sl_plugin_descriptor, summary, 24);
PLACE(sl_plugin_descriptor, options, 32);
PLACE(sl_plugin_descriptor, options_size, 40);
PLACE(sl_plugin_descriptor, reserved, 44);
PLACE(sl_plugin_descriptor, routes, 48);
PLACE(sl_plugin_descriptor, resources, 56);
PLACE(sl_plugin_descriptor, subscriptions, 64);
PLACE(sl_plugin_descriptor, jobs, 72);
PLACE(sl_plugin_descriptor, provides, 80);
PLACE(sl_plugin_descriptor, needs, 88);
PLACE(sl_plugin_descriptor, gateways, 96);
PLACE(sl_plugin_descriptor, commands, 104);
PLACE(sl_plugin_descriptor, invariants, 112);
PLACE(sl_plugin_descriptor, migrations, 120);
PLACE(sl_plugin_descriptor, start, 128);
PLACE(sl_plugin_descriptor, stop, 136);
PLACE(sl_plugin_descriptor, gateway_listener, 144);
PLACE(sl_plugin_descriptor, gateway_objects, 152);

/* status.h */
SAME(SL_OK, 0);
SAME(SL_E_INVALID, -1);
SAME(SL_E_UNPROCESSABLE, -2);
SAME(SL_E_UNAUTHENTICATED, -3);
SAME(SL_E_FORBIDDEN, -4);
SAME(SL_E_NOT_FOUND, -5);
SAME(SL_E_METHOD, -6);
SAME(SL_E_CARD, -7);
SAME(SL_E_CONFLICT, -8);
SAME(SL_E_EXISTS, -9);
SAME(SL_E_IDEMPOTENCY, -10);
SAME(SL_E_RATE, -11);
SAME(SL_E_TOO_LARGE, -12);
SAME(SL_E_MEDIA, -13);
SAME(SL_E_UNSUPPORTED, -14);
SAME(SL_E_UNAVAILABLE, -15);
SAME(SL_E_TIMEOUT, -16);
SAME(SL_E_CANCELLED, -17);
SAME(SL_E_UNKNOWN, -18);
SAME(SL_E_INTERNAL, -19);
SAME(SL_E_GATEWAY, -20);

/* field.h, json.h, gateway.h: numbers that stand in compiled tables */
SAME(SL_TYPE_END, 0);
SAME(SL_TYPE_STRING, 1);
SAME(SL_TYPE_BOOL, 2);
SAME(SL_TYPE_INT64, 3);
SAME(SL_TYPE_MONEY, 4);
SAME(SL_TYPE_CURRENCY, 5);
SAME(SL_TYPE_TIMESTAMP, 6);
SAME(SL_TYPE_ID, 7);
SAME(SL_TYPE_ENUM, 8);
SAME(SL_TYPE_METADATA, 9);
SAME(SL_TYPE_OBJECT, 10);
SAME(SL_TYPE_LIST, 11);
SAME(SL_TYPE_JSON, 12);
SAME(SL_TYPE_EMAIL, 13);
SAME(SL_TYPE_UNSUPPORTED, 14);
SAME(SL_TYPE_UNUSED, 15);
SAME(SL_VALUE_NULL, 0);
SAME(SL_VALUE_BOOL, 1);
SAME(SL_VALUE_INT, 2);
SAME(SL_VALUE_REAL, 3);
SAME(SL_VALUE_STRING, 4);
SAME(SL_VALUE_ARRAY, 5);
SAME(SL_VALUE_OBJECT, 6);
SAME(SL_GATEWAY_APPROVED, 1);
SAME(SL_GATEWAY_DECLINED, 2);
SAME(SL_GATEWAY_PENDING, 3);
SAME(SL_GATEWAY_REQUIRES_ACTION, 4);
SAME(SL_GATEWAY_NOT_SENT, 5);
SAME(SL_GATEWAY_UNKNOWN, 6);
SAME(SL_GATEWAY_UNSUPPORTED, 7);
SAME(SL_GATEWAY_NEVER_HAPPENED, 8);
SAME(SL_GATEWAY_CAN_PARTIAL_CAPTURE, 1u);
SAME(SL_GATEWAY_CAN_REFUND_IN_PARTS, 2u);
SAME(SL_GATEWAY_CAN_AUTHENTICATE, 4u);
SAME(SL_GATEWAY_TEST_ONLY, 8u);
SAME(SL_CALLER_NONE, 0);
SAME(SL_CALLER_SECRET, 1);
SAME(SL_CALLER_PUBLISHABLE, 2);
SAME(SL_CALLER_RESTRICTED, 3);
SAME(SL_CALLER_APP, 4);
SAME(SL_CALLER_TOKEN, 5);
SAME(SL_CALLER_SYSTEM, 6);
SAME(SL_FACE_STRIPE, 0);
SAME(SL_FACE_LITE, 1);
SAME(SL_ACCESS_SECRET, 0);
SAME(SL_ACCESS_PUBLISHABLE, 1);
SAME(SL_ACCESS_OPEN, 2);
SAME(SL_ACCESS_ADMIN, 3);
SAME(SL_ACCESS_APP, 4);
SAME(SL_ROUTE_CUSTOMER, 1u);
SAME(SL_ROUTE_RAW_BODY, 2u);
SAME(SL_ROUTE_TEST_ONLY, 4u);
SAME(SL_ROUTE_HIDDEN, 8u);
SAME(SL_ROUTE_PAGE, 16u);
SAME(SL_RESOURCE_NO_LIST, 1u);
SAME(SL_RESOURCE_NO_RETRIEVE, 2u);
SAME(SL_RESOURCE_WHERE_LIST, 4u);
