# Sourced by scripts: Node.js 20 or later and the packages of package-lock.json.
#
#   . scripts/lib/node.sh
#   find_node          true when a Node that is new enough is on the path (or was installed here before)
#   install_node       gets one from PyPI into .venv-node, for machines without
#   ensure_node_modules

_node_repository="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"

_node_is_new_enough() {
  command -v node >/dev/null 2>&1 && command -v npm >/dev/null 2>&1 \
    && node -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 20 ? 0 : 1)'
}

find_node() {
  _node_is_new_enough && return 0
  if [ -x "$_node_repository/.venv-node/bin/node" ]; then
    PATH="$_node_repository/.venv-node/bin:$PATH"
    _node_is_new_enough && return 0
  fi
  return 1
}

install_node() { # needs scripts/lib/venv.sh
  local folder="$_node_repository/.venv-node" base
  base="$(_find_python)" || return 1
  echo "Node 20 or later is not here; getting one from PyPI into .venv-node (once)" >&2
  "$base" -m venv "$folder" || return 1
  "$folder/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: \
    -r "$_node_repository/requirements-node.lock" || return 1
  find_node
}

ensure_node_modules() {
  local stamp="$_node_repository/node_modules/.counterfoil" wanted
  wanted="$(node -e '
    const { createHash } = require("node:crypto");
    const lock = require("node:fs").readFileSync(process.argv[1]);
    console.log(process.version, createHash("sha256").update(lock).digest("hex"));
  ' "$_node_repository/package-lock.json")" || return 1
  if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ]; then
    return 0
  fi
  (cd "$_node_repository" && npm ci --no-progress --no-update-notifier --loglevel=error) || return 1
  printf '%s' "$wanted" >"$stamp"
}
