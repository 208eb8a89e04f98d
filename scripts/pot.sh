#!/usr/bin/env bash
# Renews i18n/justiq.pot from the module and brings i18n/de.po up to it. What is new there is left to be translated.
set -euo pipefail
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/env.sh"
"$SCRIPTS/setup.sh" --dev || exit 1
use_odoo

mkdir -p "$BUILD" "$CHECKOUT/i18n"
database="justiq_pot_$CHECKOUT_KEY"
trap 'odoo db drop "$database" >/dev/null 2>&1' EXIT
odoo() { "$PYTHON" -m odoo "$@"; }
say "Installing the module on a new database ..."
try "Repair the module first." odoo -d "$database" -i justiq --stop-after-init --no-http
try "Repair the module first." odoo i18n export -d "$database" -l pot -o "$BUILD/justiq.pot" justiq
"$PYTHON" "$SCRIPTS/check_i18n.py" "$BUILD/justiq.pot" "$CHECKOUT/i18n" --update
