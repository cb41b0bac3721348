# Programs that come from the system's package manager.
# shellcheck shell=bash

# ensure_system "COMMAND PACKAGE..." ...: install the packages of each command that is missing.
ensure_system() {
  local want command packages missing=()
  for want in "$@"; do
    read -r command packages <<<"$want"
    command -v "$command" >/dev/null && continue
    # shellcheck disable=SC2206  # a list of words on purpose
    missing+=($packages)
  done
  [[ ${#missing[@]} -eq 0 ]] && return
  local as_root=()
  if [[ $(id -u) -ne 0 ]]; then as_root=(sudo -n); fi
  if ! command -v apt-get >/dev/null || ! "${as_root[@]}" true 2>/dev/null; then
    die "missing programs: install the packages ${missing[*]} and try again"
  fi
  say "Installing ${missing[*]}"
  "${as_root[@]}" apt-get -qq update
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get -qq install --yes --no-install-recommends "${missing[@]}" >/dev/null ||
    die "apt-get could not install ${missing[*]}"
}
