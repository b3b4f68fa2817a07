# shellcheck shell=bash
# Sourced by the start scripts: where state lives, one at a time, started and stopped by process id.
# INFRA_HOME  where everything is kept (default: a folder under TMPDIR); cache/ survives a wipe, run/NAME/ is one server
# TEST_USER   process id of a test run. A server is stopped once every run that used it is gone.
#             Unset: started by hand, and kept until test/servers/down.sh.
set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
STATE=${INFRA_HOME:-${TMPDIR:-/tmp}/sansdelai-test-servers}
mkdir -p "$STATE/run" "$STATE/cache"

die() {
  echo "${0##*/}: $*" >&2
  exit 1
}

# A process id may have been given to another program since: the start time tells them apart.
stamp() {
  local stat
  stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
  # shellcheck disable=SC2086
  set -- ${stat##*) }
  [ "$1" != Z ] && echo "${20}"
}

# alive FILE: true where the process noted there still runs.
alive() {
  local pid started
  [ -f "$1" ] && read -r pid started <"$1" && [ "$(stamp "$pid")" = "$started" ]
}

note() { echo "$1 $(stamp "$1" || echo gone)" >"$2"; }

# lock FILE: until this script ends, no other script that locks FILE goes on.
lock() {
  exec 9>"$1"
  flock 9
  # While this waited, the file may have been removed with the server.
  [ "$1" -ef /dev/fd/9 ] || lock "$1"
}

# claim NAME: takes $STATE/run/NAME for this script alone, in $RUN, and notes who uses the server.
claim() {
  RUN=$STATE/run/$1
  lock "$RUN.lock"
  mkdir -p "$RUN/users"
  if [ -z "${TEST_USER:-}" ]; then touch "$RUN/keep"; else note "$TEST_USER" "$RUN/users/$TEST_USER"; fi
}

# Ends the script where the claimed server runs already.
done_if_running() {
  if alive "$RUN/pid"; then
    echo "already running pid=$(cut -d' ' -f1 "$RUN/pid") $1"
    exit 0
  fi
}

# launch COMMAND...: starts the claimed server apart from this script, its output in $RUN/log.
launch() {
  setsid nohup "$@" >"$RUN/log" 2>&1 </dev/null 9>&- &
  note $! "$RUN/pid"
}

# ready SECONDS WHERE COMMAND...: waits until COMMAND succeeds; a server that dies or takes longer is an error.
ready() {
  local seconds=$1 where=$2 deadline
  shift 2
  deadline=$((SECONDS + seconds))
  until "$@" >/dev/null 2>&1; do
    if ! alive "$RUN/pid"; then
      tail -n 30 "$RUN/log" >&2
      die "$where: the server ended while starting; its log is $RUN/log"
    fi
    if [ "$SECONDS" -ge "$deadline" ]; then
      tail -n 30 "$RUN/log" >&2
      halt
      die "$where: not ready within $seconds s; its log is $RUN/log"
    fi
    sleep 0.1
  done
  # The port may have answered because it is another program's.
  sleep 0.05
  alive "$RUN/pid" || { tail -n 30 "$RUN/log" >&2; die "$where: the server ended while starting; is the port taken?"; }
  echo "ready pid=$(cut -d' ' -f1 "$RUN/pid") $where"
}

# halt [SIGNAL]: stops the server in $RUN: politely, by force after 20 s; or with SIGNAL.
halt() {
  local pid
  alive "$RUN/pid" || { rm -f "$RUN/pid"; return 0; }
  pid=$(cut -d' ' -f1 "$RUN/pid")
  kill -s "${1:-$(cat "$RUN/polite" 2>/dev/null || echo TERM)}" "$pid" 2>/dev/null || true
  for _ in $(seq 200); do
    alive "$RUN/pid" || break
    sleep 0.1
  done
  if alive "$RUN/pid"; then kill -s KILL "$pid" 2>/dev/null || true; fi
  rm -f "$RUN/pid"
}
