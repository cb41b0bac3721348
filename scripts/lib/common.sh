# Shared by the scripts: where things are, and how they speak.
# shellcheck shell=bash disable=SC2034  # the scripts that read this file use what is set here

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
CACHE="${XDG_CACHE_HOME:-$HOME/.cache}/toonami-downlink"
cd "$ROOT" || exit

# Python keeps what it has compiled, even where it is told not to: otherwise each of the many processes that tests start
# compiles all of Home Assistant anew. Not beside the sources, which may be somebody else's.
unset PYTHONDONTWRITEBYTECODE
export PYTHONPYCACHEPREFIX="$CACHE/bytecode"

say() { printf '%s\n' "$*" >&2; }
die() {
  say "error: $*"
  exit 1
}
heading() { printf '\n==== %s ====\n' "$*"; }

# A stamp is a file with the hash of everything its folder was made from: a fresh one means nothing to do.
fingerprint() { { printf '%s\n' "$ROOT" && cat -- "$@"; } | sha256sum | cut -d' ' -f1; }
fresh() { [[ -f $1 && $(<"$1") == "$2" ]]; }
