# build.sh - the kinds of build. Sourced by ./dev.
#
# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0

# compiler_known: is it one whose warnings we have seen? A later one may have new ones, and a newcomer
# with it is to get a program and those warnings, not a refusal.
compiler_known() {
    local name=${CC:-cc} version
    version=$($name -dumpversion 2>/dev/null) || return 1
    if $name --version | grep -qi clang; then [ "${version%%.*}" -le 19 ]; else [ "${version%%.*}" -le 14 ]; fi
}

build_options() {
    case "$1" in
    debug) echo "--buildtype=debug -Dwerror=$(compiler_known && echo true || echo false)" ;;
    release) echo "--buildtype=release -Ddebug=true -Dtests=disabled" ;;
    asan) echo "--buildtype=debug -Doptimization=1 -Db_sanitize=address,undefined" ;;
    fuzz) echo "--buildtype=debug -Doptimization=1 -Db_sanitize=address,undefined -Db_lundef=false -Dfuzz=enabled -Dtests=disabled" ;;
    esac
}

# build_kind KIND: configure when its options are new, compile, point build/stripe-lite at the result.
build_kind() {
    local kind=$1 folder=build/$1 options compiler=() goals=() log=build/test-logs/compile-$1.log
    if [ "$kind" = fuzz ]; then compiler=(env CC=clang) goals=(fuzz); fi
    options=$(build_options "$kind")
    mkdir -p build/test-logs
    if [ ! -f "$folder/build.ninja" ] || [ "$(cat "$folder/.dev-options" 2>/dev/null)" != "$options" ]; then
        local wipe=()
        [ -d "$folder/meson-private" ] && wipe=(--wipe)
        say "dev: configuring and building $folder"
        # shellcheck disable=SC2086 # the options are words
        "${compiler[@]}" meson setup "${wipe[@]}" "$folder" $options >"$log" 2>&1 </dev/null ||
            { cat "$log" >&2; die "meson setup $folder failed"; }
        printf '%s\n' "$options" >"$folder/.dev-options"
    fi
    : >"$log"
    if ! run_logged "$log" meson compile -C "$folder" "${goals[@]}"; then
        grep -v '^\[[0-9]*/[0-9]*\] ' "$log" >&2
        die "$folder does not build"
    fi
    grep -v '^\[[0-9]*/[0-9]*\] ' "$log" | grep -A 8 'warning:' >&2 || true
    if [ -x "$folder/stripe-lite" ]; then
        ln -sfn "$kind/stripe-lite" build/stripe-lite
    fi
}
