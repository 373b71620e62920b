/*
 * database_url.c: reads SQLAlchemy's, libpq's and SQLite's spellings of a database's address.
 *
 * The driver behind "+" is accepted and dropped: we bring our own. Options must be libpq's; those that only SQLAlchemy's drivers
 * know are left out and named, all others refused. No sentence repeats a part of the address that could hold a secret.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>

#include "core/base/buffer.h"
#include "core/base/text.h"
#include "core/config/database_url.h"
#include "core/config/settings.h"

#define DIALECTS "it must begin with sqlite:/// or postgresql://"

static const char *const postgres_drivers[] = {
    "psycopg2", "psycopg", "asyncpg", "pg8000", "psycopg_async", "psycopg2cffi", "libpq", NULL
};
static const char *const sqlite_drivers[] = { "aiosqlite", "pysqlite", "sqlite3", "pysqlcipher",
                                              NULL };

/* https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS */
static const char *const libpq_options[] = { "application_name",
                                             "channel_binding",
                                             "client_encoding",
                                             "connect_timeout",
                                             "fallback_application_name",
                                             "gsslib",
                                             "gssencmode",
                                             "hostaddr",
                                             "keepalives",
                                             "keepalives_count",
                                             "keepalives_idle",
                                             "keepalives_interval",
                                             "krbsrvname",
                                             "options",
                                             "passfile",
                                             "require_auth",
                                             "requirepeer",
                                             "service",
                                             "ssl_max_protocol_version",
                                             "ssl_min_protocol_version",
                                             "sslcert",
                                             "sslcertmode",
                                             "sslcompression",
                                             "sslcrl",
                                             "sslcrldir",
                                             "sslkey",
                                             "sslmode",
                                             "sslpassword",
                                             "sslrootcert",
                                             "sslsni",
                                             "target_session_attrs",
                                             "tcp_user_timeout",
                                             "load_balance_hosts",
                                             NULL };
static const char *const dropped_options[] = { "async_fallback",
                                               "prepared_statement_cache_size",
                                               "prepared_statement_name_func",
                                               "statement_cache_size",
                                               "executemany_mode",
                                               "check_same_thread",
                                               "timeout",
                                               "isolation_level",
                                               "detect_types",
                                               "cached_statements",
                                               "uri",
                                               "charset",
                                               NULL };

static bool among(const char *const *names, const char *name)
{
    for (; *names; names++)
        if (strcmp(*names, name) == 0)
            return true;
    return false;
}

const char *sl_database_dialect_read(sl_arena *arena, const char *text, bool *ret_sqlite)
{
    const char *plus = strchr(text, '+');
    size_t length = plus ? (size_t)(plus - text) : strlen(text);
    const char *dialect = sl_arena_copy(arena, text, length);
    bool sqlite = sl_text_same(dialect, "sqlite");
    if (!sqlite && !sl_text_same(dialect, "postgresql") && !sl_text_same(dialect, "postgres"))
        return "names a database that is not spoken here; " DIALECTS;
    if (plus && !among(sqlite ? sqlite_drivers : postgres_drivers, plus + 1))
        return sl_arena_format(
            arena, "names a driver that is not known for %s; leave out what stands behind the +",
            sqlite ? "sqlite" : "postgresql");
    *ret_sqlite = sqlite;
    return NULL;
}

/* ---- SQLite ---- */

static void leave_out(sl_arena *arena, sl_database_address *address, const char *name)
{
    address->left_out =
        address->left_out ? sl_arena_format(arena, "%s, %s", address->left_out, name) : name;
}

static const char *sqlite_read(sl_arena *arena, const char *rest, sl_database_address *address)
{
    if (strcmp(rest, "") == 0 || sl_text_starts(rest, "/:memory:"))
        return "is a database in memory, which the server's threads and processes cannot share; give a file";
    if (rest[0] != '/')
        return "must have three slashes for a path from the working directory (sqlite:///shop.db) or four for an absolute one "
               "(sqlite:////var/lib/shop.db)";
    size_t length = strcspn(rest, "?");
    address->name = sl_arena_copy(arena, rest + 1, length - 1);
    if (address->name[0] == '\0' || address->name[strlen(address->name) - 1] == '/')
        return "must name a file";
    if (sl_text_starts(address->name, "file:"))
        return "must name a plain file, not a file: address";
    for (const char *option = rest + length; *option;) {
        option++;
        size_t all = strcspn(option, "&");
        size_t name_length = strcspn(option, "=&");
        const char *name = sl_arena_copy(arena, option, name_length);
        if (!among(dropped_options, name))
            return sl_arena_format(
                arena, "has the option %s, which SQLite's address does not take here", name);
        leave_out(arena, address, name);
        option += all;
    }
    return NULL;
}

/* ---- PostgreSQL ---- */

/* Decoded; NULL when it is not well-formed or holds a NUL or control character. */
static const char *decode(sl_arena *arena, const char *text, size_t length)
{
    size_t decoded = 0;
    const char *result = sl_percent_decode(arena, text, length, false, &decoded);
    if (!result || strlen(result) != decoded)
        return NULL;
    for (const char *c = result; *c; c++)
        if ((unsigned char)*c < ' ')
            return NULL;
    return result;
}

static bool is_port(const char *port)
{
    int64_t number = 0;
    return sl_text_int64(port, strlen(port), &number) == 0 && number >= 1 && number <= 65535;
}

/* An IPv6 address, perhaps with a zone behind "%". */
static bool is_six(sl_arena *arena, const char *text, size_t length)
{
    unsigned char bytes[16];
    const char *zone = memchr(text, '%', length);
    const char *address = sl_arena_copy(arena, text, zone ? (size_t)(zone - text) : length);
    return inet_pton(AF_INET6, address, bytes) == 1;
}

/* What libpq would take for something else. */
static bool host_sound(sl_arena *arena, const char *host)
{
    return !strchr(host, ',') &&
           (*host == '/' || !strchr(host, ':') || is_six(arena, host, strlen(host)));
}

/* One of "host", "host:port", "[address]:port", ":port". The value of an option is `decoded` already, and there an address needs
 * no brackets. */
static const char *host_read(sl_arena *arena, const char *text, size_t length, bool decoded,
                             sl_database_address *address)
{
    if (address->host_count == SL_DATABASE_HOSTS)
        return "names more than 16 hosts";
    const char *end = text + length;
    const char *host = text;
    const char *host_end;
    const char *after;
    if (length > 0 && *text == '[') {
        host++;
        host_end = memchr(text, ']', length);
        if (!host_end)
            return "has an IPv6 address whose ] is missing";
        after = host_end + 1;
    } else {
        host_end = memchr(text, ':', length);
        if (!host_end || *text == '/' || (decoded && is_six(arena, text, length)))
            host_end = end;
        after = host_end;
    }
    const char *port = NULL;
    if (after < end) {
        if (*after != ':')
            return "has something between ] and the port";
        if (memchr(after + 1, ':', (size_t)(end - after - 1)))
            return "has an IPv6 address without [ and ]";
        port = sl_arena_copy(arena, after + 1, (size_t)(end - after - 1));
        if (*port == '\0')
            port = NULL;
        else if (!is_port(port))
            return "has a port that is not a number from 1 to 65535; percent-encode special characters of the password";
    }
    size_t name_length = (size_t)(host_end - host);
    const char *name =
        decoded ? sl_arena_copy(arena, host, name_length) : decode(arena, host, name_length);
    if (!name)
        return "has a host that is not well percent-encoded";
    if (!host_sound(arena, name))
        return "has a host that is neither a name nor an address nor a folder";
    address->hosts[address->host_count].host = *name ? name : NULL;
    address->hosts[address->host_count].port = port;
    address->host_count++;
    return NULL;
}

static const char *hosts_read(sl_arena *arena, const char *text, size_t length, bool decoded,
                              sl_database_address *address)
{
    const char *end = text + length;
    while (text <= end) {
        const char *comma = memchr(text, ',', (size_t)(end - text));
        const char *stop = comma ? comma : end;
        const char *wrong = host_read(arena, text, (size_t)(stop - text), decoded, address);
        if (wrong || !comma)
            return wrong;
        text = comma + 1;
    }
    return NULL;
}

/* ?port=1,2 goes to the hosts in their order; one port to all of them. */
static const char *ports_read(sl_arena *arena, const char *text, sl_database_address *address)
{
    if (address->host_count == 0)
        address->host_count = 1;
    for (uint32_t i = 0; i < address->host_count; i++) {
        size_t length = strcspn(text, ",");
        const char *port = sl_arena_copy(arena, text, length);
        if (*port != '\0' && !is_port(port))
            return "has a port that is not a number from 1 to 65535";
        address->hosts[i].port = *port ? port : NULL;
        if (text[length] == ',')
            text += length + 1;
    }
    return NULL;
}

static const char *option_add(sl_database_address *address, const char *name, const char *value)
{
    if (address->option_count == SL_DATABASE_OPTIONS)
        return "has more than 32 options";
    address->options[address->option_count].name = name;
    address->options[address->option_count].value = value;
    address->option_count++;
    return NULL;
}

static const char *option_read(sl_arena *arena, const char *name, const char *value,
                               sl_database_address *address)
{
    if (strcmp(name, "host") == 0)
        return hosts_read(arena, value, strlen(value), true, address);
    if (strcmp(name, "port") == 0)
        return NULL; /* when all hosts are known */
    if (strcmp(name, "user") == 0)
        address->user = *value ? value : NULL;
    else if (strcmp(name, "password") == 0)
        address->password = value;
    else if (strcmp(name, "dbname") == 0 || strcmp(name, "database") == 0)
        address->name = *value ? value : NULL;
    else if (strcmp(name, "ssl") == 0)
        return option_add(address, "sslmode",
                          sl_text_same(value, "true")    ? "require"
                          : sl_text_same(value, "false") ? "disable"
                                                         : value);
    else if (among(libpq_options, name))
        return option_add(address, name, value);
    else if (among(dropped_options, name))
        leave_out(arena, address, name);
    else {
        const char *nearest = sl_settings_nearest(name, libpq_options);
        return sl_arena_format(arena, "has the option %s, which libpq does not know%s%s", name,
                               nearest ? "; did you mean " : "", nearest ? nearest : "");
    }
    return NULL;
}

static const char *options_read(sl_arena *arena, const char *text, sl_database_address *address)
{
    const char *port = NULL;
    while (*text) {
        size_t length = strcspn(text, "&");
        const char *equals = memchr(text, '=', length);
        const char *name = equals ? decode(arena, text, (size_t)(equals - text)) : NULL;
        const char *value =
            equals ? decode(arena, equals + 1, length - (size_t)(equals + 1 - text)) : NULL;
        if (length > 0 && (!name || !value))
            return "has an option that is not name=value, well percent-encoded";
        if (length > 0) {
            const char *wrong = option_read(arena, name, value, address);
            if (wrong)
                return wrong;
            if (strcmp(name, "port") == 0)
                port = value;
        }
        text += length + (text[length] == '&' ? 1 : 0);
    }
    return port ? ports_read(arena, port, address) : NULL;
}

static const char *last_in(const char *text, size_t length, char c)
{
    while (length > 0)
        if (text[--length] == c)
            return text + length;
    return NULL;
}

static const char *postgres_read(sl_arena *arena, const char *rest, sl_database_address *address)
{
    size_t length = strcspn(rest, "/?");
    const char *path = rest + length;
    const char *query = path + strcspn(path, "?");
    const char *sign = last_in(rest, length, '@');
    if (!sign && memchr(path, '@', (size_t)(query - path)))
        return "has a / in its password; percent-encode it as %2F";
    if (sign) {
        const char *colon = memchr(rest, ':', (size_t)(sign - rest));
        const char *user_end = colon ? colon : sign;
        address->user = decode(arena, rest, (size_t)(user_end - rest));
        address->password = colon ? decode(arena, colon + 1, (size_t)(sign - colon - 1)) : NULL;
        if (!address->user || (colon && !address->password))
            return "has a user or password that is not well percent-encoded; write % as %25";
        if (*address->user == '\0')
            address->user = NULL;
    }
    const char *hosts = sign ? sign + 1 : rest;
    size_t hosts_length = (size_t)(path - hosts);
    const char *wrong =
        hosts_length > 0 ? hosts_read(arena, hosts, hosts_length, false, address) : NULL;
    if (wrong)
        return wrong;
    if (*path == '/' && query > path + 1) {
        address->name = decode(arena, path + 1, (size_t)(query - path - 1));
        if (!address->name)
            return "has a database name that is not well percent-encoded";
        if (memchr(path + 1, '/', (size_t)(query - path - 1)))
            return "has more than one / behind the host; percent-encode it as %2F";
    }
    wrong = *query == '?' ? options_read(arena, query + 1, address) : NULL;
    /* "?host=" and "?port=" name none. */
    if (address->host_count == 1 && !address->hosts[0].host && !address->hosts[0].port)
        address->host_count = 0;
    return wrong;
}

const char *sl_database_url_read(sl_arena *arena, const char *url, sl_database_address *ret_address)
{
    memset(ret_address, 0, sizeof(*ret_address));
    const char *colon = strstr(url, "://");
    if (!colon)
        return "is no database address; " DIALECTS;
    for (const char *c = url; *c; c++)
        if ((unsigned char)*c <= ' ')
            return "holds a space or control character; percent-encode it";
    const char *wrong = sl_database_dialect_read(
        arena, sl_arena_copy(arena, url, (size_t)(colon - url)), &ret_address->sqlite);
    if (wrong)
        return wrong;
    return ret_address->sqlite ? sqlite_read(arena, colon + 3, ret_address)
                               : postgres_read(arena, colon + 3, ret_address);
}

/* ---- writing ---- */

static void encode(sl_buffer *out, const char *text, const char *plain)
{
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (isalnum(c) || strchr("-._~", c) || strchr(plain, c))
            sl_buffer_char(out, (char)c);
        else
            sl_buffer_format(out, "%%%02X", c);
    }
}

static bool any_folder(const sl_database_address *address)
{
    for (uint32_t i = 0; i < address->host_count; i++)
        if (address->hosts[i].host && address->hosts[i].host[0] == '/')
            return true;
    return false;
}

static void write_hosts(sl_buffer *out, const sl_database_address *address)
{
    for (uint32_t i = 0; i < address->host_count; i++) {
        const char *host = address->hosts[i].host ? address->hosts[i].host : "";
        bool colon = strchr(host, ':') != NULL;
        sl_buffer_text_add(out, i > 0 ? "," : "");
        sl_buffer_text_add(out, colon ? "[" : "");
        encode(out, host, ":");
        sl_buffer_text_add(out, colon ? "]" : "");
        if (address->hosts[i].port)
            sl_buffer_format(out, ":%s", address->hosts[i].port);
    }
}

static void write_option(sl_buffer *out, char *separator, const char *name, const char *value)
{
    sl_buffer_format(out, "%c%s=", *separator, name);
    encode(out, value, "/,:");
    *separator = '&';
}

/* A socket's folder cannot stand before the path, so then all hosts and ports are options. */
static void write_host_options(sl_arena *arena, sl_buffer *out, char *separator,
                               const sl_database_address *address)
{
    sl_buffer hosts = SL_BUFFER_INIT(arena);
    sl_buffer ports = SL_BUFFER_INIT(arena);
    bool any_port = false;
    for (uint32_t i = 0; i < address->host_count; i++) {
        const char *port = address->hosts[i].port;
        sl_buffer_format(&hosts, "%s%s", i > 0 ? "," : "",
                         address->hosts[i].host ? address->hosts[i].host : "");
        sl_buffer_format(&ports, "%s%s", i > 0 ? "," : "", port ? port : "");
        any_port = any_port || port;
    }
    write_option(out, separator, "host", sl_buffer_text(&hosts));
    if (any_port)
        write_option(out, separator, "port", sl_buffer_text(&ports));
}

const char *sl_database_url_write(sl_arena *arena, const sl_database_address *address, bool masked)
{
    if (address->sqlite)
        return sl_arena_format(arena, "sqlite:%s", address->name);
    sl_buffer out = SL_BUFFER_INIT(arena);
    sl_buffer_text_add(&out, "postgresql://");
    if (address->user || address->password) {
        encode(&out, address->user ? address->user : "", "");
        if (address->password && masked)
            sl_buffer_text_add(&out, ":***");
        else if (address->password) {
            sl_buffer_char(&out, ':');
            encode(&out, address->password, "");
        }
        sl_buffer_char(&out, '@');
    }
    bool folder = any_folder(address);
    if (!folder)
        write_hosts(&out, address);
    sl_buffer_char(&out, '/');
    if (address->name)
        encode(&out, address->name, "");
    char separator = '?';
    if (folder)
        write_host_options(arena, &out, &separator, address);
    for (uint32_t i = 0; i < address->option_count; i++) {
        bool secret = masked && strcmp(address->options[i].name, "sslpassword") == 0;
        const char *value = address->options[i].value;
        write_option(&out, &separator, address->options[i].name, secret ? "masked" : value);
    }
    return sl_buffer_text(&out);
}
