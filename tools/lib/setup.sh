# setup.sh - installs what a checkout needs, and only what is missing. Sourced by ./dev.
#
# What apt-get has to say goes to build/setup.log; it is shown when it failed.
#
# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0

# packages_missing LIST…: the names in the lists that are neither installed nor covered by their command.
packages_missing() {
    local name command rest names=() installed
    while read -r name command rest; do
        case "$name" in '' | '#'*) continue ;; esac
        case "$command" in
        '' | '#'*) ;;
        *) command -v "$command" >/dev/null && continue ;;
        esac
        names+=("$name")
    done < <(cat -- "$@")
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

# setup_packages LIST…: install what is missing of the lists.
setup_packages() {
    command -v dpkg-query >/dev/null || die "this needs Debian 12 or later; elsewhere install what $1 lists and call meson yourself"
    local missing chosen=() name as_root=() started=$SECONDS
    mapfile -t missing < <(packages_missing "$@")
    [ ${#missing[@]} -gt 0 ] || return 0
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || die "missing packages: ${missing[*]} (run as root, or install sudo)"
        as_root=(sudo)
    fi
    say "dev: installing ${missing[*]}"
    mkdir -p build
    run_logged build/setup.log "${as_root[@]}" apt-get update -q ||
        say "dev: apt-get update failed; trying with the lists at hand"
    for name in "${missing[@]}"; do chosen+=("$(package_choose "$name")"); done
    run_logged build/setup.log "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -q --no-install-recommends "${chosen[@]}" ||
        { tail -n 20 build/setup.log >&2; die "apt-get could not install ${chosen[*]} (all of it in build/setup.log)"; }
    say "dev: installed in $((SECONDS - started)) s"
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
