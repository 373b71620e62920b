# postgres.sh - a private PostgreSQL for one run: own folder, own port, own password. Sourced by ./dev.
#
# PostgreSQL refuses to run as root, so root hands it to the `postgres` user (or `nobody`).
#
# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0

postgres_folder=
postgres_owner=

postgres_as_owner() {
    if [ -n "$postgres_owner" ]; then
        (cd / && exec runuser -u "$postgres_owner" -- "$@")
    else
        "$@"
    fi
}

postgres_binaries() {
    local folder
    folder=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
    [ -x "$folder/initdb" ] || die "no PostgreSQL server in /usr/lib/postgresql"
    printf '%s\n' "$folder"
}

# postgres_start: leaves the server's address in STRIPE_LITE_TEST_POSTGRES_URL; a superuser, so tests
# make databases of their own.
postgres_start() {
    local binaries password port attempt
    binaries=$(postgres_binaries)
    password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
    postgres_folder=$(mktemp -d "${TMPDIR:-/tmp}/stripe-lite-pg.XXXXXX")
    if [ "$(id -u)" -eq 0 ]; then
        postgres_owner=nobody
        if id postgres >/dev/null 2>&1; then postgres_owner=postgres; fi
        chown "$postgres_owner" "$postgres_folder"
    fi
    (umask 077; printf '%s\n' "$password" >"$postgres_folder/password")
    [ -z "$postgres_owner" ] || chown "$postgres_owner" "$postgres_folder/password"
    postgres_as_owner "$binaries/initdb" -D "$postgres_folder/data" -U stripe_lite -A scram-sha-256 \
        --pwfile="$postgres_folder/password" -E UTF8 --locale=C >"build/test-logs/postgres-initdb.log" 2>&1 ||
        { cat build/test-logs/postgres-initdb.log >&2; die "initdb failed"; }
    for attempt in 1 2 3; do
        port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
        if postgres_as_owner "$binaries/pg_ctl" -D "$postgres_folder/data" -l "$postgres_folder/log" -w -s start -o \
            "-h 127.0.0.1 -p $port -k $postgres_folder -c max_connections=200 -c max_prepared_transactions=0" \
            </dev/null >/dev/null 2>&1; then
            export STRIPE_LITE_TEST_POSTGRES_URL="postgresql://stripe_lite:$password@127.0.0.1:$port/postgres"
            return
        fi
        say "dev: PostgreSQL did not start on port $port (try $attempt)"
    done
    cat "$postgres_folder/log" >&2
    die "PostgreSQL did not start"
}

postgres_stop() {
    [ -n "$postgres_folder" ] || return 0
    local pid
    if pid=$(head -n 1 "$postgres_folder/data/postmaster.pid" 2>/dev/null); then
        kill -INT "$pid" 2>/dev/null || true
        for _ in $(seq 100); do
            kill -0 "$pid" 2>/dev/null || break
            sleep 0.05
        done
        kill -QUIT "$pid" 2>/dev/null || true
    fi
    cp "$postgres_folder/log" build/test-logs/postgres.log 2>/dev/null || true
    rm -rf "$postgres_folder"
    postgres_folder=
}
