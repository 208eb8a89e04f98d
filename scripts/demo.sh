#!/usr/bin/env bash
# Odoo with this module and its demo data, served until Ctrl-C. "demo.sh --reset" starts from scratch.
# DB names the database (demo), PORT the port (8069, or the next that is free).
set -euo pipefail
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/env.sh"
"$SCRIPTS/setup.sh" || exit 1
use_odoo
mkdir -p "$BUILD"

DB="${DB:-demo}"
# A database gets its name when it is complete, so one that was interrupted is never taken for a good one.
UNFINISHED="${DB}_unfinished"

odoo() { "$PYTHON" -m odoo "$@"; }
query() { psql -XAtq -v ON_ERROR_STOP=1 -d "$1" -c "$2"; }
exists() { [[ -n "$(query postgres "SELECT 1 FROM pg_database WHERE datname = '$1'")" ]]; }
drop() { ! exists "$1" || try "Is it still in use? Stop the Odoo that uses it." odoo db drop "$1"; }

# The state of the module's files, kept as the database's comment: after a change the database is updated.
version() {
    find "$CHECKOUT" -path "$BUILD" -prune -o -path "$CHECKOUT/.git" -prune -o -type f \
        \( -name '*.py' -o -name '*.xml' -o -name '*.csv' -o -name '*.po' -o -name '*.js' -o -name '*.scss' \) -print0 |
        sort -z | xargs -0 sha256sum | sha256sum | cut -c1-16
}
recorded_version() { query postgres "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = '$DB'"; }
record_version() { query postgres "COMMENT ON DATABASE \"$1\" IS 'justiq $(version)'"; }

# in_log COMMAND...: runs Odoo into build/demo-setup.log; warnings are shown, errors end it.
in_log() {
    local log="$BUILD/demo-setup.log"
    "$@" >"$log" 2>&1 || { tail -n 30 "$log" >&2 && die "Odoo failed." "The whole log: $log"; }
    grep -E '^[-0-9]+ [:,0-9]+ [0-9]+ (WARNING|ERROR|CRITICAL) ' "$log" >&2 || true
}

create() {
    say "Creating the database \"$DB\" with demo data (one to two minutes) ..."
    drop "$UNFINISHED"
    in_log odoo -d "$UNFINISHED" -i justiq --with-demo --load-language=de_DE --stop-after-init --no-http
    record_version "$UNFINISHED"
    in_log odoo db rename "$UNFINISHED" "$DB"
}

# The demo data of another version do not fit the records that are there.
is_of_this_version() {
    local installed
    installed="$(query "$DB" "SELECT latest_version FROM ir_module_module WHERE name = 'justiq'")"
    grep -q "\"version\": \"$installed\"" "$CHECKOUT/__manifest__.py"
}

update() {
    if ! is_of_this_version; then
        say "The demo is of another version of the module: starting from scratch."
        drop "$DB"
        create
        return
    fi
    say "The module has changed: updating the database \"$DB\" ..."
    in_log odoo -d "$DB" -u justiq --stop-after-init --no-http
    record_version "$DB"
}

# A port that nobody listens on.
is_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
choose_port() {
    if [[ -n "${PORT:-}" ]]; then
        is_free "$PORT" || die "port $PORT is in use." "Take another one: make demo PORT=8070"
        return
    fi
    PORT=8069
    until is_free "$PORT"; do PORT=$((PORT + 1)); done
}

[[ "${1:-}" != --reset ]] || drop "$DB"
if ! exists "$DB"; then
    create
elif [[ "$(recorded_version)" != justiq\ * ]]; then
    die "there is a database \"$DB\", which \"make demo\" did not create." "Take another name: make demo DB=justiq_demo"
elif [[ "$(recorded_version)" != "justiq $(version)" ]]; then
    update
fi

choose_port
url="http://127.0.0.1:$PORT"
# The PDF engine fetches pictures and styles from this address.
query "$DB" "UPDATE ir_config_parameter SET value = '$url' WHERE key = 'web.base.url'"

# In a session of its own, so that Ctrl-C reaches the server once only: from here.
setsid "$PYTHON" -m odoo -d "$DB" --db-filter="^$DB\$" --http-port="$PORT" --logfile="$BUILD/odoo.log" 2>/dev/null &
server=$!
trap 'kill "$server" 2>/dev/null; wait "$server" || true' EXIT
trap 'say; say "Stopped. \"make demo\" starts it again with the same data."; exit 0' INT TERM
say "Starting Odoo (log: build/odoo.log) ..."
while is_free "$PORT"; do
    kill -0 "$server" 2>/dev/null || die "Odoo has stopped." "Its log: $BUILD/odoo.log"
    sleep 0.2
done

"$PYTHON" "$SCRIPTS/demo_pdfs.py" "$url" "$DB" "$BUILD" ||
    say "The PDFs could not be written (see above and build/odoo.log); Odoo runs all the same."
"$PYTHON" "$SCRIPTS/demo_users.py" "$url" "$DB" "$CHECKOUT/demo/res_users_demo.xml"
say "Odoo: $url" "" "(Ctrl-C stops it)"
wait "$server"
