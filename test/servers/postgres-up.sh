#!/usr/bin/env bash
# Starts PostgreSQL in a cluster of its own on 127.0.0.1; does nothing where it runs already.
# POSTGRES_PORT (25432); INFRA_HOME: see common.sh. User app, no password, first database app.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
PORT=${POSTGRES_PORT:-25432}
WHERE="postgres://app@127.0.0.1:$PORT/app"

BIN=$(find /usr/lib/postgresql/*/bin -name initdb -printf '%h\n' 2>/dev/null | sort -V | tail -n 1)
if [ -z "$BIN" ]; then
  command -v initdb >/dev/null || die 'no PostgreSQL server found'
  BIN=$(dirname "$(readlink -f "$(command -v initdb)")")
fi
claim "postgres-$PORT"
done_if_running "$WHERE"
echo INT >"$RUN/polite" # its fast shutdown: open connections don't delay it
echo QUIT >"$RUN/crash"  # its immediate shutdown: nothing is flushed, but its children end with it

# PostgreSQL refuses to run as root.
AS=()
if [ "$(id -u)" = 0 ]; then
  AS=(setpriv --reuid=postgres --regid=postgres --init-groups --)
  mkdir -p "$RUN/data"
  chown postgres: "$RUN/data"
  chmod a+rx "$STATE" "$STATE/run" "$RUN"
fi
cd "$RUN" # it must be able to read its working folder
if [ ! -f "$RUN/data/PG_VERSION" ]; then
  "${AS[@]}" "$BIN/initdb" -D "$RUN/data" -U app -A trust -E UTF8 --locale=C.UTF-8 --no-instructions >"$RUN/initdb.log" 2>&1 ||
    { cat "$RUN/initdb.log" >&2; die "initdb failed; can the user postgres read $RUN?"; }
fi

launch "${AS[@]}" "$BIN/postgres" -D "$RUN/data" -p "$PORT" -c listen_addresses=127.0.0.1 -c "unix_socket_directories=" \
  -c shared_buffers=128MB -c max_connections=200
ready 60 "$WHERE" "$BIN/pg_isready" -q -h 127.0.0.1 -p "$PORT" -U app -d postgres
sql() { "$BIN/psql" -h 127.0.0.1 -p "$PORT" -U app -d postgres -tAc "$1"; }
[ "$(sql "select count(*) from pg_database where datname = 'app'")" = 1 ] || sql 'create database app' >/dev/null
