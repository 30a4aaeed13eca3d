#!/bin/sh
# Installs the system packages that are missing when we may; otherwise says the one command.
# We go on without: then the sandbox uses Landlock, and without libgomp1 only Ollama and remote
# models can be used.
set -u
missing=""
command -v bwrap >/dev/null 2>&1 || missing="$missing bubblewrap"
# The embedded engine is linked against it, and its wheel does not carry it.
gomp=""
for file in /usr/lib/*/libgomp.so.1 /usr/lib64/libgomp.so.1; do [ ! -e "$file" ] || gomp=$file; done
[ -n "$gomp" ] || missing="$missing libgomp1"
[ -n "$missing" ] || exit 0
if ! command -v apt-get >/dev/null 2>&1; then
    echo "not installed:$missing (this machine has no apt-get); going on without"
    exit 0
fi
if [ "$(id -u)" -ne 0 ]; then
    echo "to have all of synthd run once: sudo apt-get install -y$missing"
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
