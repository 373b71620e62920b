# say.sh - what the commands say, and what they keep quiet. Sourced by ./dev.
#
# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0

say() { printf '%s\n' "$*" >&2; }
die() {
    say "dev: $*"
    exit 1
}
wrong_usage() {
    say "dev: $*"
    exit 2
}

# run_logged FILE COMMAND…: its output is added to FILE; on a terminal the line it is at is shown meanwhile.
run_logged() {
    local file=$1 status=0
    shift
    if [ ! -t 2 ]; then
        "$@" >>"$file" 2>&1 </dev/null
        return
    fi
    "$@" 2>&1 </dev/null | tee -a "$file" | while IFS= read -r line; do
        printf '\r\033[K%.78s' "${line##*$'\r'}" >&2
    done || status=$?
    printf '\r\033[K' >&2
    return $status
}
