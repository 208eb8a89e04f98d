#!/usr/bin/env bash
# Fills a database of its own like the whole national programme and measures what screens, saves and reports cost there.
# SCALE=0.01 makes a hundredth of it; KEEP=yes keeps the database, and the next call measures it again without filling.
set -euo pipefail
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/env.sh"
"$SCRIPTS/setup.sh" --dev || exit 1
use_odoo
mkdir -p "$BUILD"

DB="${DB:-justiq_bench_$CHECKOUT_KEY}"
GRANTS="$(awk -v scale="${SCALE:-1}" 'BEGIN { number = int(200 * scale + 0.5); print number < 2 ? 2 : number }')"

odoo() { "$PYTHON" -m odoo "$@"; }
exists() { psql -XAtq -d postgres -c "SELECT 1 FROM pg_database WHERE datname = '$1'" | grep -q 1; }
drop() { odoo db drop "$DB" >/dev/null 2>&1 || true; }

# The comment tells how many grants are in it; without one it was not finished.
kept="$(psql -XAtq -d postgres -c "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = '$DB'")"
if [[ -n "$kept" && "$kept" != "bench $GRANTS" ]] || { exists "$DB" && [[ -z "$kept" ]]; }; then
    drop
fi
if exists "$DB"; then
    try "Look into the log." odoo -d "$DB" -u justiq --stop-after-init --no-http
else
    say "Installing the module into the database \"$DB\" ..."
    try "Look into the log." odoo -d "$DB" -i justiq --load-language=de_DE --stop-after-init --no-http
fi

# bench MODULE ARGUMENTS: calls the function "main" of a file in scripts/bench/.
bench() {
    PYTHONPATH="$SCRIPTS:$PYTHONPATH" odoo shell -d "$DB" --no-http --log-level=error <<PY
import pathlib, sys
from bench.$1 import main
env.cr.rollback()
sys.exit(main(env.registry, $2, pathlib.Path("$BUILD")))
PY
}

result=0
bench run "$GRANTS" || result=$?
for paper in figures pdf xlsx frozen; do
    bench large "'$paper'" || result=$?
done
if [[ "${KEEP:-no}" != yes ]]; then
    drop
else
    say "The database \"$DB\" is kept; \"KEEP=yes make bench\" measures it again."
fi
exit "$result"
