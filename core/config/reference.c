/*
 * reference.c: the documents that are made of the table: docs/configuration.md and config/stripe_lite.yaml.
 *
 * A test holds the files in the tree to what this makes.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <string.h>

#include "core/base/buffer.h"
#include "core/config/inside.h"

static const char introduction[] =
    "# Settings\n"
    "\n"
    "<!-- Made of the table in core/config/keys.c; `test_config_reference --write` writes it anew. -->\n"
    "\n"
    "Strongest first: flags of the command line, the environment, `.env` in the working directory, the YAML file given with\n"
    "`--config`, defaults. An empty variable counts as unset. A wrong type, an unknown key, a duplicate or a bad value stops the\n"
    "start with exit code 78 and a line `file:line:column: what is wrong and what is allowed` for each; nothing secret is told.\n"
    "`stripe-lite config check` says the same without starting, `stripe-lite config show` prints every setting with its source\n"
    "and secrets masked. `config/stripe_lite.yaml` holds all of them with their defaults.\n"
    "\n"
    "| YAML | environment | default | allowed | what it is |\n"
    "| --- | --- | --- | --- | --- |\n";

static const char plugins_part[] =
    "\n"
    "## Plugins\n"
    "\n"
    "Without a list every bundled plugin is loaded. A list replaces that; `STRIPE_LITE_PLUGINS` (names with commas) replaces the\n"
    "list, and keeps what the file says of the plugins it names.\n"
    "\n"
    "```yaml\n"
    "plugins:\n"
    "  - payments\n"
    "  - name: customers\n"
    "    required: true            # the start fails when it cannot be loaded; others are reported and left out\n"
    "    settings:\n"
    "      unique_email: true      # or STRIPE_LITE_CUSTOMERS_UNIQUE_EMAIL\n"
    "  - name: loyalty\n"
    "    path: plugins/loyalty.so  # relative to this file\n"
    "```\n"
    "\n"
    "`settings` holds the plugin's own options, as its option table has them. Each has the environment name\n"
    "`STRIPE_LITE_<PLUGIN>_<OPTION>`, which outweighs the file.\n"
    "A plugin sees its own options alone. Of the table above `webhooks.lite_secret` is one of the plugin `webhooks`,\n"
    "the rest of `webhooks.*` of `webhook_endpoints`, `stripe.*` of\n"
    "`gateway_stripe`, and `stripe.webhook_secret` of both; a variable in that table, or of a plugin with a longer name, is never\n"
    "taken for an option.\n"
    "\n"
    "## The database's address\n"
    "\n"
    "| written | means |\n"
    "| --- | --- |\n"
    "| `sqlite:///var/shop.db`, `sqlite+aiosqlite:///var/shop.db` | a file, relative to the working directory |\n"
    "| `sqlite:////var/lib/shop.db` | a file by its absolute path |\n"
    "| `postgresql://user:password@host:5432/name` | PostgreSQL; `postgres://` and `postgresql+psycopg2://`, `+psycopg`, `+asyncpg`, `+pg8000` too |\n"
    "| `postgresql://user@h1,h2:5433/name?target_session_attrs=read-write` | several hosts, of which one takes writes: see [many_nodes.md](many_nodes.md) |\n"
    "| `postgresql://user@/name?host=/run/postgresql` | a Unix socket, by its folder |\n"
    "| `postgresql://user@[::1]/name` | an IPv6 address |\n"
    "\n"
    "Special characters in a user, a password or a name are percent-encoded (`@` is `%40`, `/` is `%2F`). Options are libpq's;\n"
    "those that only SQLAlchemy's drivers know are left out with a warning, others refused. A database in memory is refused: the\n"
    "server's threads and processes cannot share it. A part (`database.password`) given more strongly than the address replaces\n"
    "that part of it.\n";

const char *sl_settings_reference(sl_arena *arena)
{
    sl_buffer out = SL_BUFFER_INIT(arena);
    sl_buffer_text_add(&out, introduction);
    for (uint32_t i = 0; i < setting_key_count; i++) {
        const setting_key *key = &setting_keys[i];
        const char *allowed =
            key->type == SETTING_DATABASE ? "see below" : setting_allowed(arena, key);
        sl_buffer_format(&out, "| `%s` | `%s` | ", key->path, key->variable);
        if (key->initial_shown)
            sl_buffer_text_add(&out, key->initial_shown);
        else if (key->initial)
            sl_buffer_format(&out, "`%s`", key->initial);
        else
            sl_buffer_text_add(&out, "unset");
        sl_buffer_format(&out, " | %s | %s%s |\n", allowed, key->doc,
                         key->secret ? ". Secret" : "");
    }
    sl_buffer_text_add(&out, plugins_part);
    return sl_buffer_text(&out);
}

static void open_sections(sl_buffer *out, const char *before, const char *path)
{
    int depth = 0;
    bool same = true;
    for (const char *dot; (dot = strchr(path, '.')); path = dot + 1, depth++) {
        size_t length = (size_t)(dot - path) + 1;
        same = same && before && strncmp(before, path, length) == 0;
        if (same) {
            before += length;
            continue;
        }
        if (depth == 0)
            sl_buffer_char(out, '\n');
        sl_buffer_format(out, "%*s%.*s:\n", depth * 2, "", (int)length - 1, path);
    }
}

static bool needs_quotes(const setting_key *key)
{
    return key->type == SETTING_RATE || key->type == SETTING_DATABASE ||
           key->type == SETTING_NUMBERS;
}

const char *sl_settings_example(sl_arena *arena)
{
    sl_buffer out = SL_BUFFER_INIT(arena);
    sl_buffer_text_add(
        &out,
        "# Every setting with its default; one that is unset stands behind a #. docs/configuration.md says more.\n"
        "# Made of the table in core/config/keys.c. SPDX-License-Identifier: Apache-2.0\n\n");
    const char *before = NULL;
    for (uint32_t i = 0; i < setting_key_count; i++) {
        const setting_key *key = &setting_keys[i];
        open_sections(&out, before, key->path);
        int depth = 0;
        const char *name = key->path;
        for (const char *dot; (dot = strchr(name, '.')); name = dot + 1)
            depth++;
        sl_buffer_format(&out, "%*s# %s (%s)\n", depth * 2, "", key->doc, key->variable);
        if (key->initial && needs_quotes(key))
            sl_buffer_format(&out, "%*s%s: \"%s\"\n", depth * 2, "", name, key->initial);
        else if (key->initial)
            sl_buffer_format(&out, "%*s%s: %s\n", depth * 2, "", name, key->initial);
        else
            sl_buffer_format(&out, "%*s# %s:%s%s\n", depth * 2, "", name,
                             key->initial_shown ? " " : "",
                             key->initial_shown ? key->initial_shown : "");
        before = key->path;
    }
    sl_buffer_text_add(
        &out,
        "\n# All bundled plugins are loaded; a list here replaces that (STRIPE_LITE_PLUGINS).\n"
        "# plugins:\n"
        "#   - payments\n"
        "#   - name: customers\n"
        "#     required: true\n"
        "#     settings:\n"
        "#       unique_email: true\n");
    return sl_buffer_text(&out);
}
