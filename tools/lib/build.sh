# build.sh - the three kinds of build. Sourced by ./dev.
#
# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0

build_options() {
    case "$1" in
    debug) echo "--buildtype=debug -Dwerror=true" ;;
    release) echo "--buildtype=release -Ddebug=true" ;;
    asan) echo "--buildtype=debug -Doptimization=1 -Db_sanitize=address,undefined" ;;
    esac
}

# build_kind KIND: configure when its options are new, compile, point build/stripe-lite at the result.
build_kind() {
    local kind=$1 folder=build/$1 options
    options=$(build_options "$kind")
    mkdir -p build/test-logs
    if [ ! -f "$folder/build.ninja" ] || [ "$(cat "$folder/.dev-options" 2>/dev/null)" != "$options" ]; then
        local wipe=()
        [ -d "$folder/meson-private" ] && wipe=(--wipe)
        say "dev: configuring $folder"
        # shellcheck disable=SC2086 # the options are words
        meson setup "${wipe[@]}" "$folder" $options >build/configure.log 2>&1 </dev/null ||
            { cat build/configure.log >&2; die "meson setup $folder failed"; }
        printf '%s\n' "$options" >"$folder/.dev-options"
    fi
    if ! meson compile -C "$folder" >build/compile.log 2>&1 </dev/null; then
        grep -v '^\[[0-9]*/[0-9]*\] ' build/compile.log >&2
        die "$folder does not build"
    fi
    grep -A 8 'warning:' build/compile.log >&2 || true
    if [ -x "$folder/stripe-lite" ]; then
        ln -sfn "$kind/stripe-lite" build/stripe-lite
    fi
}
