# Sourced by scripts: a PostgreSQL server of its own for tests, on a free port, with its data in a temporary folder.
#
#   . scripts/lib/postgres.sh
#   find_postgres      true when the programs of PostgreSQL 15 or later are here
#   install_postgres   gets them from Debian's packages, for machines without; needs root
#   start_postgres     starts the server and exports COUNTERFOIL_TEST_DATABASE, the address of its first database
#   stop_postgres      stops it and removes its data; harmless when none was started
#
# The server listens on 127.0.0.1 only, with a password made for it. It promises nothing about power cuts, unless
# POSTGRES_DURABLE is set: then what is committed is on the disk.

_postgres_bin=""
_postgres_folder=""

find_postgres() {
  local candidate newest=14 version
  for candidate in /usr/lib/postgresql/*/bin /usr/pgsql-*/bin "$(dirname "$(command -v initdb || echo /nowhere/initdb)")"; do
    [ -x "$candidate/initdb" ] && [ -x "$candidate/pg_ctl" ] && [ -x "$candidate/postgres" ] || continue
    version="$("$candidate/postgres" --version | sed 's/^[^0-9]*\([0-9]*\).*/\1/')"
    if [ "${version:-0}" -gt "$newest" ]; then
      newest="$version"
      _postgres_bin="$candidate"
    fi
  done
  [ -n "$_postgres_bin" ]
}

install_postgres() {
  if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "PostgreSQL 15 or later is not here; on Debian and Ubuntu: apt-get install postgresql" >&2
    return 1
  fi
  echo "PostgreSQL is not here; getting it from the distribution's packages (once)" >&2
  apt-get update -qq || return 1
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq postgresql >/dev/null || return 1
  find_postgres
}

# PostgreSQL refuses to run as root.
_as_postgres_user() {
  if [ "$(id -u)" -ne 0 ]; then
    "$@"
  elif id postgres >/dev/null 2>&1; then
    setpriv --reuid=postgres --regid="$(id -g postgres)" --clear-groups "$@"
  else
    setpriv --reuid=nobody --regid="$(id -g nobody)" --clear-groups "$@"
  fi
}

start_postgres() { # needs find_postgres and scripts/lib/venv.sh
  local password port settings sync=off
  [ -z "${POSTGRES_DURABLE:-}" ] || sync=on
  _postgres_folder="$(mktemp -d)" || return 1
  password="$("$VENV_PYTHON" -c 'import secrets; print(secrets.token_hex(16))')" || return 1
  port="$("$VENV_PYTHON" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')" || return 1
  (umask 077 && printf '%s\n' "$password" >"$_postgres_folder/password") || return 1
  if [ "$(id -u)" -eq 0 ]; then
    chown -R "$(_as_postgres_user id -un)" "$_postgres_folder" || return 1
  fi
  # A collation that sorts unlike bytes shows whoever relies on the order of the machine it was written on.
  _as_postgres_user "$_postgres_bin/initdb" --pgdata="$_postgres_folder/data" --username=counterfoil \
    --pwfile="$_postgres_folder/password" --auth=scram-sha-256 --encoding=UTF8 --locale=C \
    --locale-provider=icu --icu-locale=en-US --no-sync >"$_postgres_folder/initdb.log" 2>&1 \
    || { cat "$_postgres_folder/initdb.log" >&2; return 1; }
  settings="-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=$sync -c full_page_writes=$sync"
  settings="$settings -c shared_buffers=32MB -c max_connections=50"
  # In the server's own folder: the one that the script runs in may be closed to the server's user.
  (cd "$_postgres_folder" && _as_postgres_user "$_postgres_bin/pg_ctl" start --wait --silent --pgdata="$_postgres_folder/data" \
    --log="$_postgres_folder/server.log" --options="$settings") >/dev/null \
    || { cat "$_postgres_folder/server.log" >&2; return 1; }
  export COUNTERFOIL_TEST_DATABASE="postgresql+psycopg://counterfoil:$password@127.0.0.1:$port/postgres"
}

stop_postgres() {
  [ -n "$_postgres_folder" ] || return 0
  if [ -f "$_postgres_folder/data/postmaster.pid" ]; then
    (cd "$_postgres_folder" && _as_postgres_user "$_postgres_bin/pg_ctl" stop --mode=immediate --silent \
      --pgdata="$_postgres_folder/data") >/dev/null
  fi
  rm -rf "$_postgres_folder"
  _postgres_folder=""
}
