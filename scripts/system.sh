#!/bin/sh
# Installs the system packages that are missing when we may; otherwise says the one command.
# Nothing here is needed to go on: without bubblewrap the sandbox uses Landlock.
set -u
missing=""
command -v bwrap >/dev/null 2>&1 || missing="$missing bubblewrap"
[ -n "$missing" ] || exit 0
if ! command -v apt-get >/dev/null 2>&1; then
    echo "not installed:$missing (this machine has no apt-get); going on without"
    exit 0
fi
if [ "$(id -u)" -ne 0 ]; then
    echo "for the strongest sandbox run once: sudo apt-get install -y$missing"
    echo "going on with what there is"
    exit 0
fi
echo "installing$missing"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y $missing; } >"$log" 2>&1; then
    tail -n 5 "$log"
    echo "could not install$missing; going on with what there is"
fi
