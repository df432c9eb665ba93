# Sourced by scripts: the network's engine, built while other steps run, and what its validators need of the machine.
#
#   . scripts/lib/engine.sh
#   find_engine        true when the engine is built, or can be: Go and a C compiler are here
#   find_links         true when network namespaces can be made: root, and the program ip
#   install_links      gets ip from Debian's packages, for machines without
#   begin_engine       starts the build in the background; options of scripts/build_engine follow
#   await_engine       waits for it; what it wrote is shown where it failed
#   drop_engine        ends a build that nobody waits for; harmless when there is none

_engine_job=""
_engine_log=""

find_engine() { # needs scripts/lib/venv.sh and scripts/lib/go.sh
  local folder
  find_go && return 0
  folder="$(scripts/build_engine --print)" && [ -x "$folder/counterfoil-kcn" ] && [ -x "$folder/counterfoil-kcn-clocked" ]
}

find_links() {
  [ "$(id -u)" -eq 0 ] && command -v ip >/dev/null 2>&1
}

install_links() {
  if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "Network namespaces need root and the program ip; on Debian and Ubuntu: apt-get install iproute2" >&2
    return 1
  fi
  echo "ip is not here; getting it from the distribution's packages (once)" >&2
  apt-get update -qq || return 1
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq iproute2 >/dev/null || return 1
  find_links
}

begin_engine() { # options...
  _engine_log="$(mktemp)" || return 1
  # It takes minutes of both cores the first time: whatever else runs goes first.
  nice -n 10 scripts/build_engine "$@" >"$_engine_log" 2>&1 &
  _engine_job=$!
}

await_engine() {
  local verdict=0
  [ -n "$_engine_job" ] || return 1
  wait "$_engine_job" || verdict=$?
  [ "$verdict" -eq 0 ] || cat "$_engine_log" >&2
  rm -f "$_engine_log"
  _engine_job=""
  return "$verdict"
}

drop_engine() {
  [ -n "$_engine_job" ] || return 0
  kill "$_engine_job" 2>/dev/null
  wait "$_engine_job" 2>/dev/null
  rm -f "$_engine_log"
  _engine_job=""
}
