# test.sh - runs the suites and adds them up. Sourced by ./dev.
#
# Suites: `unit` (the meson tests of rooms and plugins), `rooms` (who includes whom), `fuzz` (every target of tests/fuzz,
# beside the others and at the lowest priority, its results at the end), and one for each
# folder of tests/ that holds *.test.js or test_*.py; `plugins` has those of the plugins' own tests/ too.
# `integration` runs on every build and database, `fault` on every database, the other folders once. Full output stays in
# build/test-logs.
#
# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0

test_logs=build/test-logs
test_counts=$test_logs/counts
test_fuzz_process=
test_limit=1200 # seconds for one step: a run that hangs is a failure, not a wait
test_together=$(($(nproc) * 2)) # files at once: they wait for servers more than they compute

test_usage() {
    cat <<'TEXT'
Usage: ./dev test [--long] [--kind debug|asan] [--database sqlite|postgres] [suite…] [name…]

Installs what is missing, builds debug and asan, starts a private PostgreSQL, runs every suite and
prints `N passed, N failed` as its last line; exits 1 when a test failed or none ran.
Suites named run alone; other words pick the test files or programs whose name contains one of them:

  ./dev test unit            ./dev test unit money
  ./dev test integration     ./dev test integration charges --kind debug --database sqlite

--long also runs what takes minutes (STRIPE_LITE_TEST_LONG=1). Output is kept in build/test-logs.
TEXT
    printf 'Suites here: %s\n' "$(test_suites | tr '\n' ' ')"
}

# test_files FOLDER PATTERN NAMES…: files of a suite whose name contains one of NAMES (all without).
test_files() {
    local folder=$1 pattern=$2 file name
    shift 2
    find "$folder" -name "$pattern" -not -path '*/node_modules/*' -type f | sort | while read -r file; do
        [ $# -gt 0 ] || printf '%s\n' "$file"
        for name in "$@"; do
            case "${file##*/}" in *"$name"*) printf '%s\n' "$file" && break ;; esac
        done
    done
}

test_suites() {
    local folder
    echo unit
    echo rooms
    echo fuzz
    for folder in tests/*/; do
        [ -d "$folder" ] || continue
        folder=${folder%/}
        [ -z "$(test_files "$folder" '*.test.js'; test_files "$folder" 'test_*.py')" ] || echo "${folder#tests/}"
    done
}

# test_step LABEL FORM FILE COMMAND…: run, keep the output, count.
test_step() {
    local label=$1 form=$2 file=$3 status=0
    shift 3
    local log=$test_logs/${label// /-}.log started=$SECONDS before
    rm -f "$file"
    if [ "$form" = tap ]; then
        timeout -k 10 "$test_limit" "$@" >"$file" 2>"$log" </dev/null || status=$?
    else
        "$@" >"$log" 2>&1 </dev/null || status=$?
    fi
    before=$(test_failures)
    python3 tools/tally.py "$label" --status "$status" "--$form" "$file" --counts "$test_counts"
    if [ "$form" = tap ] && [ "$(test_failures)" != "$before" ] && [ -s "$log" ]; then
        tail -n 40 "$log" | sed 's/^/        | /'
        echo "        (all of it in $log)"
    fi
    say "dev: $label took $((SECONDS - started)) s"
}

test_failures() {
    awk '{ n += $2 } END { print n + 0 }' "$test_counts"
}

test_unit() {
    local kind names=()
    for kind in $test_kinds; do
        if [ $# -gt 0 ]; then
            mapfile -t names < <(meson test -C "build/$kind" --list 2>/dev/null | grep -F "$(printf '%s\n' "$@")" | sed 's/.* //')
            [ ${#names[@]} -gt 0 ] || die "no unit test is named like: $*"
        fi
        test_step "unit $kind" meson "build/$kind/meson-logs/testlog.json" \
            meson test -C "build/$kind" --no-rebuild --print-errorlogs "${names[@]}"
    done
}

test_rooms() {
    test_step rooms tap "$test_logs/rooms.tap" python3 tools/check_rooms.py --tap
}

# test_folder SUITE KIND DATABASE NAMES…: the Node and Python files of tests/SUITE, once.
test_folder() {
    local suite=$1 kind=$2 database=$3 files found=0
    shift 3
    local label="$suite $kind $database"
    local environment=(
        "STRIPE_LITE_BUILD=$PWD/build/$kind"
        "STRIPE_LITE_TEST_DATABASE=$database"
        "PYTHONPATH=$PWD/tests${PYTHONPATH:+:$PYTHONPATH}"
    )
    mapfile -t files < <(
        test_files "tests/$suite" '*.test.js' "$@"
        [ "$suite" != plugins ] || test_files plugins '*.test.js' "$@"
    )
    if [ ${#files[@]} -gt 0 ]; then
        found=1
        test_step "$label" tap "$test_logs/${label// /-}.tap" \
            env "${environment[@]}" node --test --test-concurrency="$test_together" --test-reporter=tap "${files[@]}"
    fi
    mapfile -t files < <(test_files "tests/$suite" 'test_*.py' "$@")
    if [ ${#files[@]} -gt 0 ]; then
        found=1
        test_step "$label python" tap "$test_logs/${label// /-}-python.tap" \
            env "${environment[@]}" /usr/bin/python3 tools/unittest_tap.py "${files[@]}"
    fi
    [ $found -eq 1 ] || die "tests/$suite has no test file named like: $*"
}

# test_fuzz_ready: clang is there. Without it and without leave to install it a developer does without this suite; CI does not.
test_fuzz_ready() {
    if (setup_packages tools/fuzz_packages.txt); then return; fi
    [ -z "${CI-}" ] || exit 1
    say "dev: the fuzz targets are left out: they need those packages"
    return 1
}

# test_fuzz_begin NAMES…: builds and runs in the background what test_fuzz_end waits for.
test_fuzz_begin() {
    local targets=() target name seconds=60
    [ -z "${STRIPE_LITE_TEST_LONG-}" ] || seconds=600
    while read -r target; do
        [ $# -gt 0 ] || targets+=("$target")
        for name in "$@"; do
            case "$target" in *"$name"*) targets+=("$target") && break ;; esac
        done
    done < <(fuzz_targets)
    [ ${#targets[@]} -gt 0 ] || die "no fuzz target is named like: $*"
    (
        trap - EXIT
        renice -n 19 "$BASHPID" >/dev/null
        build_kind fuzz
        exec python3 tools/fuzz.py --tap --jobs 3 --seconds "$seconds" "${targets[@]}"
    ) >"$test_logs/fuzz.tap" 2>"$test_logs/fuzz.log" </dev/null &
    test_fuzz_process=$!
}

test_fuzz_end() {
    local status=0 started=$SECONDS
    wait "$test_fuzz_process" || status=$?
    test_fuzz_process=
    python3 tools/tally.py fuzz --status "$status" --tap "$test_logs/fuzz.tap" --counts "$test_counts"
    if [ $status -ne 0 ]; then sed 's/^/        | /' "$test_logs/fuzz.log"; fi
    say "dev: fuzz was waited for $((SECONDS - started)) s"
}

test_stop() {
    if [ -n "$test_fuzz_process" ]; then kill "$test_fuzz_process" 2>/dev/null || true; fi
    postgres_stop
}

test_suite() {
    local suite=$1 kind database
    shift
    case "$suite" in
    unit) test_unit "$@" ;;
    fuzz) ;; # runs already: test_fuzz_begin
    rooms) test_rooms ;; # one quick pass: names do not matter to it
    integration | fault)
        local kinds=$test_kinds
        # asan finds there what it finds elsewhere, and takes minutes.
        [ "$suite" = integration ] || [ -n "${STRIPE_LITE_TEST_LONG-}" ] || kinds=${test_kinds%% *}
        for kind in $kinds; do
            for database in $test_databases; do
                test_folder "$suite" "$kind" "$database" "$@"
            done
        done
        ;;
    *) test_folder "$suite" "${test_kinds%% *}" "${test_databases%% *}" "$@" ;;
    esac
}

test_main() {
    test_kinds="debug asan"
    test_databases="sqlite postgres"
    local names=() suites=() all suite kind
    mapfile -t all < <(test_suites)
    while [ $# -gt 0 ]; do
        case "$1" in
        --help | -h) test_usage && return ;;
        --long) export STRIPE_LITE_TEST_LONG=1 && test_limit=7200 ;;
        --kind | --database)
            [ $# -gt 1 ] || wrong_usage "$1 needs a word after it"
            case "$1=$2" in
            --kind=debug | --kind=asan) test_kinds=$2 ;;
            --database=sqlite | --database=postgres) test_databases=$2 ;;
            *) wrong_usage "$1 cannot be '$2'" ;;
            esac
            shift
            ;;
        -*) wrong_usage "there is no option '$1' (./dev test --help)" ;;
        *)
            if printf '%s\n' "${all[@]}" | grep -qxF -- "$1"; then suites+=("$1"); else names+=("$1"); fi
            ;;
        esac
        shift
    done
    if [ ${#suites[@]} -eq 0 ]; then
        [ ${#names[@]} -eq 0 ] || wrong_usage "there is no suite '${names[0]}'; there are: ${all[*]}"
        suites=("${all[@]}")
    fi

    setup_packages tools/packages.txt tools/test_packages.txt tools/bench_packages.txt
    setup_npm || die "the tests need those npm packages"
    mkdir -p "$test_logs"
    : >"$test_counts"
    if [[ " ${suites[*]} " = *" fuzz "* ]] && ! test_fuzz_ready; then
        mapfile -t suites < <(printf '%s\n' "${suites[@]}" | grep -vx fuzz)
    fi
    for kind in $test_kinds; do build_kind "$kind"; done

    export ASAN_OPTIONS="${ASAN_OPTIONS:-detect_leaks=1:detect_stack_use_after_return=0:strict_string_checks=1}"
    export UBSAN_OPTIONS="${UBSAN_OPTIONS:-print_stacktrace=1:halt_on_error=1}"
    trap test_stop EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    postgres_start

    if [[ " ${suites[*]} " = *" fuzz "* ]]; then test_fuzz_begin "${names[@]}"; fi
    for suite in "${suites[@]}"; do test_suite "$suite" "${names[@]}"; done
    if [ -n "$test_fuzz_process" ]; then test_fuzz_end; fi
    postgres_stop
    awk '{ passed += $1; failed += $2 } END { printf "%d passed, %d failed\n", passed, failed; exit failed > 0 || passed == 0 }' "$test_counts"
}
