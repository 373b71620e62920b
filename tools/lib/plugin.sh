# plugin.sh - new plugins, from sdk/template: outside the tree as it makes them, inside as the tree wants them. Sourced by ./dev.
#
# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0

plugin_usage() {
    cat <<'TEXT'
Usage: ./dev new-plugin gateway|module NAME [--outside FOLDER]

Makes a plugin that works, to be changed into yours: an adapter to a payment company (plugins/gateway_NAME, docs/gateway_adapter.md)
or a module with routes, a table and events of its own (plugins/NAME, docs/plugins.md). It is built, loaded and tested with all others.
--outside: in a folder of its own below FOLDER, with a build of its own against an installed Stripe_lite.
NAME: small letters, digits and _, beginning with a letter.
TEXT
}

# plugin_settle NAME: what the template makes for itself becomes what the tree has for all plugins.
plugin_settle() {
    local name=$1 place=plugins/$1 file
    {
        printf 'plugin_sources = files(\n'
        (cd "$place" && printf "  '%s',\n" ./*.c) | sed "s,'\./,',"
        printf ')\nplugin_tests = {}\n'
    } >"$place/meson.build"
    rm "$place/README.md"
    if [ -d "$place/${name}_migrations" ]; then
        rm "$place/${name}_migrations/meson.build"
        mv "$place/${name}_migrations" "migrations/$name"
        sed -i "/^#define MIGRATIONS /d; s/ \.migrations = MIGRATIONS,//" "$place/${name}_plugin.c"
    fi
    sed -i "/^plugins = \[/,/^\]/ s/^\]/  '$name',\n]/" plugins/meson.build
    for file in docs/plugins.md sdk/examples/hello/README.md; do
        sed -i "s/^  - name: hello$/  - name: $name\n&/" "$file"
    done
    if command -v clang-format >/dev/null; then clang-format -i "$place"/*.[ch]; fi
}

plugin_new() {
    [ "${1-}" != --help ] || { plugin_usage && return; }
    local kind=${1-} name=${2-} place folder
    case "$#,$kind,${3-}" in
    2,gateway, | 2,module,)
        place=$(sdk/template/new-plugin "$kind" "$name" plugins) || exit 2
        plugin_settle "${place#plugins/}"
        say "dev: $place is there: ./dev test plugins ${place#plugins/} --kind debug"
        ;;
    4,gateway,--outside | 4,module,--outside)
        case "$4" in /*) folder=$4 ;; *) folder=$OLDPWD/$4 ;; esac # ./dev works in the checkout, its caller maybe not
        place=$(sdk/template/new-plugin "$kind" "$name" "$folder") || exit 2
        say "dev: $place is there: cd $place && meson setup build && meson test -C build"
        ;;
    *)
        plugin_usage >&2
        wrong_usage "new-plugin needs gateway or module, and a name"
        ;;
    esac
}
