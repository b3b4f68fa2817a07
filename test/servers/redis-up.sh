#!/usr/bin/env bash
# Starts redis-server on 127.0.0.1; does nothing where it runs already. REDIS_PORT (26379); INFRA_HOME: see common.sh.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
PORT=${REDIS_PORT:-26379}
WHERE="redis://127.0.0.1:$PORT"

command -v redis-server >/dev/null || die 'no redis-server on PATH'
claim "redis-$PORT"
done_if_running "$WHERE"
# Many databases, so that each test file can have one of its own.
launch redis-server --port "$PORT" --bind 127.0.0.1 --dir "$RUN" --databases 1024 --save '' \
  --appendonly yes --appendfsync everysec --maxmemory 512mb --maxmemory-policy noeviction
answers() { [ "$(redis-cli -h 127.0.0.1 -p "$PORT" ping)" = PONG ]; }
ready 30 "$WHERE" answers
