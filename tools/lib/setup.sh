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
    # shellcheck disable=SC2046 # an A|B becomes two words
    installed=" $(dpkg-query -W -f '${Package}:${db:Status-Status} ' $(printf '%s ' "${names[@]//|/ }") 2>/dev/null || true)"
    for name in "${names[@]}"; do
        package_among "$installed" "$name" || printf '%s\n' "$name"
    done
}

# package_among INSTALLED A|B: is one of them installed?
package_among() {
    local name
    for name in ${2//|/ }; do
        case "$1" in *" $name:installed "*) return 0 ;; esac
    done
    return 1
}

# package_choose A|B: the first that can be installed here; the last when none can, for apt-get to name.
package_choose() {
    local name
    for name in ${1//|/ }; do
        if apt-cache policy "$name" 2>/dev/null | grep -q 'Candidate: [^(]'; then break; fi
    done
    printf '%s\n' "$name"
}

setup_packages() {
    command -v dpkg-query >/dev/null || die "this needs Debian 12 or later; elsewhere install what $1 lists and call meson yourself"
    local missing chosen=() name as_root=()
    mapfile -t missing < <(packages_missing "$1")
    [ ${#missing[@]} -gt 0 ] || return 0
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || die "missing packages: ${missing[*]} (run as root, or install sudo)"
        as_root=(sudo)
    fi
    say "dev: installing ${missing[*]}"
    "${as_root[@]}" apt-get update -qq >&2 || say "dev: apt-get update failed; trying with the lists at hand"
    for name in "${missing[@]}"; do chosen+=("$(package_choose "$name")"); done
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "${chosen[@]}" >&2 </dev/null ||
        die "apt-get could not install ${chosen[*]}"
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
