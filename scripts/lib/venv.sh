# Sourced by scripts: makes the Python environment from the lock files, or leaves a fresh one alone.
#
#   . scripts/lib/venv.sh
#   ensure_venv            what running needs, from requirements.lock
#   ensure_venv dev        and what testing needs, from requirements-dev.lock
#
# Afterwards $VENV_PYTHON is the environment's interpreter and $VENV_BIN its folder of programs. COUNTERFOIL_VENV names
# another place than .venv; COUNTERFOIL_PYTHON another interpreter to make it with.

_repository="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"

_is_python_311() {
  "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

_find_python() {
  local candidate
  for candidate in "${COUNTERFOIL_PYTHON:-}" python3.11 python3 python3.12 python3.13 python; do
    if [ -n "$candidate" ] && command -v "$candidate" >/dev/null 2>&1 && _is_python_311 "$candidate"; then
      command -v "$candidate"
      return 0
    fi
  done
  echo "Python 3.11 or later was not found; install it, or name one with COUNTERFOIL_PYTHON=/path/to/python3" >&2
  return 1
}

# Whatever decides what is installed, in one line of text.
_venv_stamp() {
  cat "$@" "$_repository/pyproject.toml" "$_repository/scripts/lib/venv.sh" \
    | "$VENV_PYTHON" -c 'import hashlib, sys; print(sys.version, hashlib.sha256(sys.stdin.buffer.read()).hexdigest())' \
    | tr -d '\n'
}

_venv_is_fresh() { # folder lock stamp-file
  [ -x "$VENV_PYTHON" ] && [ -f "$3" ] && [ "$(cat "$3")" = "$(_venv_stamp "$2")" ]
}

_make_venv() { # folder
  local base
  base="$(_find_python)" || return 1
  if [ -e "$1" ] && ! { [ -x "$VENV_PYTHON" ] && _is_python_311 "$VENV_PYTHON"; }; then
    echo "The environment $1 does not work any more; making it anew" >&2
    rm -rf "$1"
  fi
  [ -x "$VENV_PYTHON" ] || "$base" -m venv "$1" || {
    echo "$base could not make a virtual environment; on Debian and Ubuntu: apt-get install python3-venv" >&2
    return 1
  }
}

_pip_install() {
  # Byte code is written at first import instead: compiling every module of every package takes longer than it saves.
  "$VENV_PYTHON" -m pip install --quiet --disable-pip-version-check --no-compile --no-deps "$@"
}

# uv fetches side by side what pip fetches one after another; both check every hash. pip serves where uv does not run or
# does not reach the index that pip is set up for.
_install_lock() { # lock
  local checked=(--require-hashes --only-binary :all:)
  if _pip_install "${checked[@]}" -r "$_repository/requirements-uv.lock" \
    && "$VENV_BIN/uv" --no-config pip install --quiet --system-certs --python "$VENV_PYTHON" --no-deps \
      "${checked[@]}" -r "$1"; then
    return 0
  fi
  echo "uv could not install $(basename "$1"); pip does, which takes a minute or two" >&2
  _pip_install "${checked[@]}" -r "$1"
}

ensure_venv() { # [runtime|dev]
  local kind="${1:-runtime}" folder="${COUNTERFOIL_VENV:-$_repository/.venv}" lock stamp
  VENV_BIN="$folder/bin"
  VENV_PYTHON="$VENV_BIN/python"
  # An environment for development serves running too.
  if _venv_is_fresh "$folder" "$_repository/requirements-dev.lock" "$folder/.counterfoil-dev"; then
    return 0
  fi
  case "$kind" in
    runtime) lock="$_repository/requirements.lock" ;;
    dev) lock="$_repository/requirements-dev.lock" ;;
    *) echo "ensure_venv: runtime or dev, not $kind" >&2; return 1 ;;
  esac
  stamp="$folder/.counterfoil-$kind"
  if _venv_is_fresh "$folder" "$lock" "$stamp"; then
    return 0
  fi
  echo "Setting up Python's packages in ${folder#"$_repository"/} (once)" >&2
  _make_venv "$folder" || return 1
  rm -f "$folder"/.counterfoil-*
  _install_lock "$lock" || return 1
  _pip_install --no-index --no-build-isolation --editable "$_repository" || return 1
  _venv_stamp "$lock" >"$stamp"
}
