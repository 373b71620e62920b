/*
 * database.c: the database's address, from database.url and from its parts.
 *
 * A part that is given more strongly than the address replaces that part of it (a password from the environment, say); parts and
 * an address in the same place are a fault, because one of them would have no effect.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <string.h>

#include "core/base/text.h"
#include "core/config/database_url.h"
#include "core/config/inside.h"

static const setting_value *value_of(const sl_settings *settings, const char *path)
{
    return &settings->inside->values[setting_key_find(path) - setting_keys];
}

static void fault_at(sl_settings *settings, const setting_value *value, const char *sentence)
{
    setting_fault(settings, "%s%s%s %s", value->origin ? value->origin : "",
                  value->origin ? ": " : "", value->label, sentence);
}

/* The text of a part that outweighs the address, or NULL. */
static const char *stronger(const sl_settings *settings, const char *path, const setting_value *url)
{
    const setting_value *value = value_of(settings, path);
    return value->text && value->layer > url->layer ? value->text : NULL;
}

static void overlay(sl_settings *settings, const setting_value *url, sl_database_address *address)
{
    sl_arena *arena = settings->inside->arena;
    const char *user = stronger(settings, "database.user", url);
    const char *password = stronger(settings, "database.password", url);
    const char *host = stronger(settings, "database.host", url);
    const char *port = stronger(settings, "database.port", url);
    const char *name = stronger(settings, "database.name", url);
    if (name)
        address->name = name;
    if (address->sqlite) {
        const char *none = user       ? "database.user"
                           : password ? "database.password"
                           : host     ? "database.host"
                           : port     ? "database.port"
                                      : NULL;
        if (none)
            fault_at(settings, value_of(settings, none),
                     "is given, but SQLite has no such thing; give database.name, the file");
        else if (!address->name || sl_text_starts(address->name, ":memory:"))
            setting_fault(
                settings,
                "database.name must be the path of a file for SQLite; a database in memory cannot be shared");
        return;
    }
    if (user)
        address->user = user;
    if (password)
        address->password = password;
    if (host) {
        address->host_count = 1;
        address->hosts[0].host = host;
        address->hosts[0].port = NULL;
    }
    if (port && address->host_count == 0)
        address->host_count = 1;
    for (uint32_t i = 0; port && i < address->host_count; i++)
        address->hosts[i].port = sl_arena_copy(arena, port, strlen(port));
}

void settings_resolve_database(sl_settings *settings)
{
    static const char *const parts[] = { "database.dialect",  "database.driver", "database.user",
                                         "database.password", "database.host",   "database.port",
                                         "database.name" };
    sl_arena *arena = settings->inside->arena;
    const setting_value *url = value_of(settings, "database.url");
    sl_database_address address = { 0 };
    bool any = false;
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        const setting_value *part = value_of(settings, parts[i]);
        any = any || stronger(settings, parts[i], url);
        if (part->text && part->layer == url->layer && url->layer != LAYER_DEFAULT)
            fault_at(settings, part,
                     "is given together with the database's url; give one or the other");
    }
    if (!any || url->layer != LAYER_DEFAULT) {
        if (sl_database_url_read(arena, url->text, &address))
            return; /* told when it was given */
    }
    const char *dialect = stronger(settings, "database.dialect", url);
    const char *driver = stronger(settings, "database.driver", url);
    if (dialect || driver) {
        bool sqlite = address.sqlite;
        const char *words = sl_arena_format(arena, "%s%s%s",
                                            dialect  ? dialect
                                            : sqlite ? "sqlite"
                                                     : "postgresql",
                                            driver ? "+" : "", driver ? driver : "");
        const char *wrong = sl_database_dialect_read(arena, words, &sqlite);
        if (wrong) {
            fault_at(settings, value_of(settings, dialect ? "database.dialect" : "database.driver"),
                     wrong);
            return;
        }
        if (sqlite != address.sqlite)
            address = (sl_database_address){ .sqlite = sqlite };
    }
    if (any)
        overlay(settings, url, &address);
    if (address.left_out)
        setting_warn(settings, "%s%s%s has options that are SQLAlchemy's own and are left out: %s",
                     url->origin ? url->origin : "", url->origin ? ": " : "", url->label,
                     address.left_out);
    settings->database_sqlite = address.sqlite;
    settings->database_url = sl_database_url_write(arena, &address, false);
    settings->database_url_shown = sl_database_url_write(arena, &address, true);
}
