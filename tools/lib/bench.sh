# bench.sh - builds what is measured and hands over to tests/bench. Sourced by ./dev.
#
# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0

bench_main() {
    local word lists=(tools/packages.txt tools/bench_packages.txt)
    for word in "$@"; do
        case "$word" in
        -h | --help | --list)
            python3 tests/bench/bench.py "$@"
            return
            ;;
        --profile*) lists+=(tools/profile_packages.txt) ;;
        esac
    done
    setup_packages "${lists[@]}"
    build_kind release
    [ -x build/release/stripe-lite ] || die "build/release/stripe-lite is missing"
    python3 tests/bench/bench.py "$@"
}
