# fuzz.sh - builds the fuzz targets and runs them. Sourced by ./dev.
#
# tools/fuzz.py does the running. The same words serve `./dev test fuzz`, which has it beside the other suites.
#
# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0

fuzz_usage() {
    cat <<'TEXT'
Usage: ./dev fuzz [--seconds N] [--jobs N] [target…]

Builds build/fuzz with clang (libFuzzer, address and undefined behaviour sanitizers) and gives each
target, one a file tests/fuzz/<target>_fuzz.c, first the seeds of tests/fuzz/corpus/<target>, then N
seconds (60) of inputs made from them; --seconds 0: the seeds alone. --jobs: so many at once (one a core).
What reaches new code stays in build/fuzz-corpus for the next run. An input that crashes, leaks, hangs
or takes too much memory, or breaks what the target holds it against, is kept in build/fuzz-findings
and named with the command that runs it again. Last line: `N passed, N failed`.
TEXT
    printf 'Targets here: %s\n' "$(fuzz_targets | tr '\n' ' ')"
}

fuzz_targets() {
    find tests/fuzz -name '*_fuzz.c' | sed 's,.*/,,; s,_fuzz\.c$,,' | sort
}

fuzz_build() {
    setup_packages tools/packages.txt tools/fuzz_packages.txt
    build_kind fuzz
}

fuzz_main() {
    local words=() names=()
    while [ $# -gt 0 ]; do
        case "$1" in
        --help | -h) fuzz_usage && return ;;
        --seconds | --jobs)
            [[ ${2-} =~ ^[0-9]{1,6}$ ]] || wrong_usage "$1 needs a number after it"
            words+=("$1" "$2")
            shift
            ;;
        -*) wrong_usage "there is no option '$1' (./dev fuzz --help)" ;;
        *)
            fuzz_targets | grep -qxF -- "$1" || wrong_usage "there is no target '$1'; there are: $(fuzz_targets | tr '\n' ' ')"
            names+=("$1")
            ;;
        esac
        shift
    done
    [ ${#names[@]} -gt 0 ] || mapfile -t names < <(fuzz_targets)
    fuzz_build
    exec python3 tools/fuzz.py "${words[@]}" "${names[@]}"
}
