# setup.sh - installs what a checkout needs, and only what is missing. Sourced by ./dev.
#
# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0

# packages_missing LIST: the names in LIST that are neither installed nor covered by their command.
packages_missing() {
    local name command rest names=() installed
    while read -r name command rest; do
        case "$name" in '' | '#'*) continue ;; esac
        case "$command" in
        '' | '#'*) ;;
        *) command -v "$command" >/dev/null && continue ;;
        esac
        names+=("$name")
    done <"$1"
    [ ${#names[@]} -gt 0 ] || return 0
    installed=" $(dpkg-query -W -f '${Package}:${db:Status-Status} ' "${names[@]}" 2>/dev/null || true)"
    for name in "${names[@]}"; do
        case "$installed" in
        *" $name:installed "*) ;;
        *) printf '%s\n' "$name" ;;
        esac
    done
}

setup_packages() {
    command -v dpkg-query >/dev/null || die "this needs Debian 12 or later; elsewhere install what $1 lists and call meson yourself"
    local missing as_root=()
    mapfile -t missing < <(packages_missing "$1")
    [ ${#missing[@]} -gt 0 ] || return 0
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || die "missing packages: ${missing[*]} (run as root, or install sudo)"
        as_root=(sudo)
    fi
    say "dev: installing ${missing[*]}"
    "${as_root[@]}" apt-get update -qq >&2 || say "dev: apt-get update failed; trying with the lists at hand"
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2 </dev/null ||
        die "apt-get could not install ${missing[*]}"
}

# npm_ready: are node_modules those of package-lock.json?
npm_ready() {
    cmp -s package-lock.json node_modules/.stripe-lite-lock
}

setup_npm() {
    npm_ready && return
    say "dev: installing npm packages"
    if ! npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2 </dev/null; then
        say "dev: npm ci failed: the packages of package-lock.json could not be fetched (is the npm registry reachable from here?)"
        return 1
    fi
    cp package-lock.json node_modules/.stripe-lite-lock
}
