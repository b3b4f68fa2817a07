#!/usr/bin/env bash
# Stops, by process id, what the start scripts started.
#   down.sh [--wipe] [NAME...]      everything, or the named folders of run/; --wipe forgets their data
#   down.sh --crash NAME...         at once, as a failing machine would; its data and its users are kept
#   down.sh --release PID           what the test run PID used and nobody else does; its data is forgotten
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
RELEASE='' WIPE='' CRASH=''
while [ $# -gt 0 ]; do
  case $1 in
    --wipe) WIPE=1 && shift ;;
    --crash) CRASH=1 && shift ;;
    --release) RELEASE=$2 && shift 2 ;;
    *) break ;;
  esac
done

used() {
  local user
  for user in "$RUN"/users/*; do
    if alive "$user"; then return 0; fi
    rm -f "$user"
  done
  return 1
}

[ $# -gt 0 ] || { cd "$STATE/run" && set -- */; }
for name in "$@"; do
  RUN=$STATE/run/${name%/}
  [ -d "$RUN" ] || continue
  [ -z "$RELEASE" ] || [ -f "$RUN/users/$RELEASE" ] || continue
  lock "$RUN.lock" # a run that comes to use it now either is seen here or starts it again
  if [ -n "$RELEASE" ]; then
    rm -f "$RUN/users/$RELEASE"
    if [ -f "$RUN/keep" ] || used; then continue; fi
  fi
  if [ -n "$CRASH" ]; then
    halt "$(cat "$RUN/crash" 2>/dev/null || echo KILL)"
    continue
  fi
  halt
  rm -f "$RUN/keep" "$RUN"/users/*
  if [ -n "$WIPE$RELEASE" ]; then rm -rf "$RUN" "$RUN.lock"; fi
  [ -n "$RELEASE" ] || echo "stopped ${name%/}"
done
