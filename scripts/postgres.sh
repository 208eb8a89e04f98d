#!/usr/bin/env bash
# postgres.sh start|stop: the PostgreSQL server of the cache folder. It listens on a Unix socket only, which none but
# its owner may reach, serves all checkouts of this user, and runs until "make stop".
set -euo pipefail
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/env.sh"
use_postgres

data="$POSTGRES_HOME/data"
# PostgreSQL refuses to run as root. For root it runs as nobody, who keeps root's right to enter folders, because
# the programs lie in root's home.
owner=()
if [[ $EUID == 0 ]]; then
    owner=(setpriv --reuid=nobody --regid=nogroup --clear-groups
        --securebits=+no_setuid_fixup --inh-caps=+dac_override --ambient-caps=+dac_override)
fi
hint="Or name a PostgreSQL server that you have: PGHOST, PGUSER and PGPASSWORD"

create() {
    rm -rf "$data.part"
    mkdir -p "$POSTGRES_HOME"
    [[ $EUID != 0 ]] || chown nobody:nogroup "$POSTGRES_HOME"
    try "$hint" "${owner[@]}" initdb -D "$data.part" -U postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8
    # Odoo refuses to connect as "postgres". In single-user mode no server need run.
    echo 'CREATE ROLE odoo LOGIN CREATEDB' |
        "${owner[@]}" postgres --single -D "$data.part" postgres >>"$LOG" 2>&1 || die "no role odoo" "$hint"
    # After a power cut the last second may be lost, but nothing is damaged.
    "${owner[@]}" tee -a "$data.part/postgresql.conf" >/dev/null <<<"synchronous_commit = off"
    mv "$data.part" "$data"
}

start() {
    [[ -d "$data" ]] || create
    ! pg_isready -q || return 0
    "${owner[@]}" mkdir -p -m 700 "$POSTGRES_SOCKET"
    # The server must not keep the set-up's lock (9).
    try "$hint" "${owner[@]}" pg_ctl start --wait --silent -D "$data" -l "$POSTGRES_HOME/log" \
        -o "-c listen_addresses='' -c unix_socket_directories='$POSTGRES_SOCKET'" 9>&-
}

case "${1:-}" in
start) start ;;
stop) [[ ! -e "$data/postmaster.pid" ]] || "${owner[@]}" pg_ctl stop --silent -D "$data" -m fast ;;
*) die "usage: postgres.sh start|stop" ;;
esac
