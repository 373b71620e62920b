# lint.sh - layout, static checks and the rules of the rooms. Sourced by ./dev.
#
# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0

lint_usage() {
    cat <<'TEXT'
Usage: ./dev lint [--changed | --fix | file…]

Checks layout (clang-format, .clang-format), faults (clang-tidy, .clang-tidy), the scripts (shellcheck)
and the rules of the rooms (tools/check_rooms.py). Without words: every C file. --changed: those that differ from main.
--fix writes the layout instead of checking it. Exit status 1 when something is to be mended.
TEXT
}

lint_files() {
    case "${1-}" in
    '' | --fix) git ls-files -co --exclude-standard -- '*.c' '*.h' ;;
    --changed) { git diff --name-only --diff-filter=d main -- '*.c' '*.h'; git ls-files -o --exclude-standard -- '*.c' '*.h'; } ;;
    *) printf '%s\n' "$@" ;;
    esac | sort -u | while read -r file; do
        if [ -f "$file" ]; then printf '%s\n' "$file"; fi
    done
}

# Not for tests: a table of cases is as long as it is, and what a test may ignore would show in what it asserts.
lint_not_for_tests=-readability-function-size,-cert-err33-c,-cert-err34-c,-bugprone-not-null-terminated-result
lint_not_for_tests+=,-bugprone-misplaced-widening-cast,-clang-analyzer-core.NonNullParamChecker,-clang-analyzer-core.NullDereference

# lint_tidy_all [--checks=…] FILES…
lint_tidy_all() {
    local options=()
    case "${1-}" in --checks=*) options=("$1") && shift ;; esac
    [ $# -gt 0 ] || return 0
    printf '%s\0' "$@" | xargs -0 -P "$(nproc)" -n 1 clang-tidy --quiet -p build/debug "${options[@]}" 2>/dev/null
}

# lint_tidy FILES…: only what the build compiles can be read with its flags.
lint_tidy() {
    local compiled file known=() tests=() faults=0
    compiled=$(sed -n 's/^ *"file": "\.\.\/\.\.\/\(.*\)",*$/\1/p' build/debug/compile_commands.json)
    for file in "$@"; do
        grep -qxF "${file#./}" <<<"$compiled" || continue
        case "/$file" in */tests/*) tests+=("$file") ;; *) known+=("$file") ;; esac
    done
    lint_tidy_all "${known[@]}" || faults=1
    lint_tidy_all "--checks=$lint_not_for_tests" "${tests[@]}" || faults=1
    return $faults
}

lint_main() {
    case "${1-}" in
    --help | -h) lint_usage && return ;;
    --changed | --fix | '') ;;
    -*) wrong_usage "there is no option '$1' (./dev lint --help)" ;;
    esac
    local files faults=0
    setup_packages tools/packages.txt tools/lint_packages.txt
    mapfile -t files < <(lint_files "$@")
    if [ ${#files[@]} -gt 0 ]; then
        if [ "${1-}" = --fix ]; then
            clang-format -i "${files[@]}"
            return
        fi
        clang-format --dry-run --Werror "${files[@]}" || faults=1
        build_kind debug
        lint_tidy "${files[@]}" || faults=1
    fi
    shellcheck -x dev tools/lib/*.sh .ci/run || faults=1
    python3 tools/check_rooms.py || faults=1
    [ $faults -eq 0 ] || die "lint found something to mend"
    say "dev: lint is clean (${#files[@]} C files)"
}
