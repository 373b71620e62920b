# bench.sh - builds what is measured and hands over to tests/bench. Sourced by ./dev.
#
# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0

bench_main() {
    local word
    for word in "$@"; do
        case "$word" in
        -h | --help | --list)
            python3 tests/bench/bench.py "$@"
            return
            ;;
        esac
    done
    setup_packages tools/packages.txt tools/bench_packages.txt tools/profile_packages.txt
    build_kind release
    [ -x build/release/stripe-lite ] || die "build/release/stripe-lite is missing"
    python3 tests/bench/bench.py "$@"
}
