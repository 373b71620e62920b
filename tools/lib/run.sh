# run.sh - keys, then the server in this process's place. Sourced by ./dev.
#
# The server tells tools/announce.py when it is ready and where it listens, by the socket systemd's
# services use (NOTIFY_SOCKET); so the printed address is right for any host, port or port 0, and
# nothing is printed when the start fails. Signals and the exit status are the server's own.
#
# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0

random_hex() {
    od -An -v -N"$1" -tx1 /dev/urandom | tr -d ' \n'
}

# key_ensure NAME VALUE: write NAME into .env unless it is there.
key_ensure() {
    grep -q "^$1=" .env 2>/dev/null && return
    (
        umask 077
        touch .env
        chmod 600 .env
        [ -z "$(tail -c 1 .env)" ] || echo >>.env
        printf '%s=%s\n' "$1" "$2" >>.env
    )
}

run_server() {
    setup_packages tools/packages.txt
    setup_npm || say "dev: the pages /docs and /redoc need those packages; everything else works without"
    build_kind release
    [ -x build/release/stripe-lite ] || die "build/release/stripe-lite is missing"

    key_ensure STRIPE_LITE_SECRET_KEY "sk_test_$(random_hex 24)"
    key_ensure STRIPE_LITE_PUBLISHABLE_KEY "pk_test_$(random_hex 24)"
    key_ensure STRIPE_LITE_ENCRYPTION_KEY "$(random_hex 32)"

    if [ -z "${NOTIFY_SOCKET-}" ]; then
        exec 3>&1
        NOTIFY_SOCKET=$(python3 tools/announce.py $$)
        export NOTIFY_SOCKET
        exec 3>&-
    fi
    exec build/release/stripe-lite serve "$@"
}
