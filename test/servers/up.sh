#!/usr/bin/env bash
# Starts the real servers that the tests share, and keeps them until test/servers/down.sh. Tests start them by themselves;
# this saves them the wait. Arguments: some of kafka, kafka4, postgres, redis, prometheus (default: all but prometheus).
set -euo pipefail
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
[ $# -gt 0 ] || set -- postgres redis kafka kafka4
for server in "$@"; do
  case $server in
    kafka) "$HERE/kafka-up.sh" ;;
    kafka4) KAFKA_VERSION=4.1.0 KAFKA_PORT=${KAFKA4_PORT:-29192} "$HERE/kafka-up.sh" ;;
    postgres | redis | prometheus) "$HERE/$server-up.sh" ;;
    *) echo "up.sh: no server is called $server" >&2 && exit 2 ;;
  esac
done
