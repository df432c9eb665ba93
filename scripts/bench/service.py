"""Measure the service: readings of a large note, and writes accepted, through a real load generator.

    python scripts/bench/service.py [--seconds 30] [--output scripts/bench/results/service.json]

Starts a PostgreSQL of its own that waits for the disk at every commit, and `counterfoil serve` on it with the
embedded chain, as a user would; sets up four organisations over HTTP; then lets wrk (Debian's package, on the
same machine) ask:

- reads: GET of a note with its tree of 1,000 lots, 32 connections;
- writes: POST of a transfer of one cent, each with its own Idempotency-Key, 32 connections. Each answer is
  sent when the command is committed. Afterwards every command that was answered must be done, and the cents
  must have arrived: what was counted is what took effect.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

from counterfoil.client.transport import NoAnswerError, ProblemError, Transport

ROOT = Path(__file__).resolve().parents[2]
RESULT = ROOT / "scripts" / "bench" / "results" / "service.json"
LOTS = 1_000
CONNECTIONS = 32
LIMIT_MINOR = 2**47
CASH_MINOR = 10**9
INVOICE = ROOT / "samples" / "invoices" / "13-harzfeld-nordwerk.cii.xml"
NUMBER = "R26-1093"
PASSPHRASE = "bench"
PARTIES = {
    "seller": ("Harzfeld Oberflächen GmbH", "vat:DE361904737", "supplier"),
    "buyer": ("Nordwerk Antriebstechnik GmbH", "lei:5299000CFNRDWRK04T84", "core_enterprise"),
    "bank": ("Sparbank an der Oker", "registration:HRB 4711", "funder"),
}
WRITE_LUA = """
local thread_count = 0
function setup(thread) thread:set("id", thread_count); thread_count = thread_count + 1 end
local sent, accepted, other = 0, 0, 0
function request()
  sent = sent + 1
  wrk.headers["Idempotency-Key"] = string.format("bench-%d-%d-{run}", id, sent)
  return wrk.format("POST", nil, wrk.headers, [[{body}]])
end
function response(code) if code == 202 then accepted = accepted + 1 else other = other + 1 end end
"""
LATENCY = re.compile(r"^\s*(50|75|90|99)%\s+([\d.]+)\s*(us|ms|s)\s*$", re.MULTILINE)
TO_MS = {"us": 0.001, "ms": 1.0, "s": 1000.0}


@contextmanager
def postgresql() -> Iterator[str]:
    """The address of a server of our own, stopped afterwards."""
    script = (
        ". scripts/lib/venv.sh; . scripts/lib/postgres.sh; trap stop_postgres EXIT; find_postgres"
        ' && start_postgres && echo "$COUNTERFOIL_TEST_DATABASE" && read -r _'
    )
    environment = {**os.environ, "POSTGRES_DURABLE": "1", "VENV_PYTHON": sys.executable}
    with subprocess.Popen(
        ["bash", "-c", script],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdout is not None
        assert server.stdin is not None
        address = server.stdout.readline().strip()
        if not address.startswith("postgresql+psycopg://"):
            raise SystemExit("PostgreSQL 15 or later is needed")
        try:
            yield address
        finally:
            server.stdin.write("\n")
            server.stdin.close()
            server.wait(30)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def service(home: Path, database: str) -> Iterator[str]:
    """The address of a running service."""
    port = free_port()
    environment = {
        **os.environ,
        "COUNTERFOIL_HOME": str(home / "ledger"),
        "COUNTERFOIL_PASSPHRASE": PASSPHRASE,
        "COUNTERFOIL_DATABASE": database,
        "COUNTERFOIL_KEYSTORE_SCRYPT_N": "16",
        "COUNTERFOIL_CREDENTIAL_REQUESTS_PER_S": "1000000",
        "COUNTERFOIL_ADDRESS_REQUESTS_PER_S": "1000000",
    }
    counterfoil = str(Path(sys.executable).with_name("counterfoil"))
    password = home / "password"
    password.write_text("a long sentence of the operator\n", encoding="utf-8")
    for arguments in (
        ["init"],
        ["service", "create-operator", "--login", "ops@bench.example", "--password-file", str(password)],
    ):
        subprocess.run([counterfoil, *arguments], env=environment, check=True, stdout=subprocess.DEVNULL)
    log = (home / "serve.log").open("wb")
    running = subprocess.Popen(
        [counterfoil, "serve", "--port", str(port)], env=environment, stdout=log, stderr=log
    )
    try:
        address = f"http://127.0.0.1:{port}"
        wait_until_ready(address)
        yield address
    finally:
        running.send_signal(signal.SIGTERM)
        running.wait(60)
        log.close()


def wait_until_ready(address: str) -> None:
    probe = Transport(address, attempts=1)
    for _ in range(900):
        try:
            probe.request("GET", "/health/ready")
        except (NoAnswerError, ProblemError):
            time.sleep(0.1)
        else:
            return
    raise SystemExit("the service did not become ready; see its log")


class Setup:
    """The organisations of the bench and what they do before it begins."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.administrator = self.login("ops@bench.example", "a long sentence of the operator")
        self.administrator.request("PUT", "/v1/policies", body={"approvals": {"*": 0}})
        self.operator = self.add_maker(self.administrator, "operator")
        self.party_ids = {short: self.register(short) for short in PARTIES}
        self.makers = {short: self.organise(short) for short in PARTIES}

    def login(self, login: str, password: str) -> Transport:
        opened = Transport(self.address).request(
            "POST", "/v1/sessions", body={"login": login, "password": password}
        )
        return Transport(self.address, token=opened.body["token"])

    def register(self, short: str) -> int:
        name, identifier, role = PARTIES[short]
        body = {"name": name, "identifiers": [identifier], "roles": [role], "country": "DE"}
        return int(done(self.operator, "/v1/parties", body)["created"]["party_id"])

    def organise(self, short: str) -> Transport:
        """One maker for whom nobody else approves."""
        made = self.administrator.request(
            "POST",
            "/v1/organisations",
            body={
                "name": PARTIES[short][0],
                "kind": "member",
                "party_id": self.party_ids[short],
                "admin_login": f"admin@{short}.example",
                "admin_name": "Administrator",
            },
        ).body
        admin = self.first_login(f"admin@{short}.example", made["code"])
        admin.request("PUT", "/v1/policies", body={"approvals": {"*": 0}})
        return self.add_maker(admin, short)

    def add_maker(self, administrator: Transport, short: str) -> Transport:
        """A user who enters commands, logged in."""
        user = administrator.request(
            "POST",
            "/v1/users",
            body={
                "login": f"maker@{short}.example",
                "display_name": "Maker",
                "roles": ["maker"],
                "limits": [{"operation": "*", "currency": "EUR", "limit_minor": LIMIT_MINOR}],
            },
        ).body
        return self.first_login(f"maker@{short}.example", user["code"])

    def first_login(self, login: str, code: str) -> Transport:
        password = f"the password of {login}"
        Transport(self.address).request(
            "POST", "/v1/sessions/password-by-code", body={"code": code, "password": password}
        )
        return self.login(login, password)

    def open_note(self) -> int:
        """A live note cut into LOTS lots."""
        seller, buyer = self.makers["seller"], self.makers["buyer"]
        seller.request(
            "POST", "/v1/invoices", content=INVOICE.read_bytes(), media_type="application/xml", wait_s=60
        )
        maturity = (datetime.now(UTC) + timedelta(days=90)).strftime("%Y-%m-%dT%H:%M:%SZ")
        proposed = done(seller, "/v1/notes", {"invoices": [{"invoice": NUMBER}], "maturity_at": maturity})
        note_id = int(proposed["created"]["note_id"])
        done(buyer, f"/v1/notes/{note_id}/confirm", {})
        part = {"amount": {"amount_minor": 100, "currency": "EUR"}}
        done(seller, f"/v1/lots/{note_id}/0/0/split", {"parts": [part] * (LOTS - 1)})
        return note_id

    def issue_cash(self) -> None:
        done(
            self.operator,
            "/v1/cash/issue",
            {
                "to_party_id": self.party_ids["bank"],
                "amount": {"amount_minor": CASH_MINOR, "currency": "EUR"},
                "deposit": "transfer 1",
            },
        )


def tell(progress: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {progress}", file=sys.stderr, flush=True)


def done(client: Transport, path: str, body: dict[str, Any]) -> dict[str, Any]:
    command = client.request("POST", path, body=body, wait_s=60).body
    if command["state"] != "done":
        raise SystemExit(f"{path}: {command['state']} {command.get('problem')}")
    return dict(command["result"])


def wrk(address: str, path: str, token: str, seconds: int, *, script: Path | None = None) -> dict[str, Any]:
    """One run of wrk, with what it printed."""
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency", "--timeout", "30s"]
    command += ["-H", f"Authorization: Bearer {token}"]
    if script is not None:
        command += ["-H", "Content-Type: application/json", "-s", str(script)]
    printed = subprocess.run([*command, address + path], check=True, capture_output=True, text=True).stdout
    requests = re.search(r"(\d+) requests in ([\d.]+)(m|s)", printed)
    if requests is None:
        raise SystemExit(printed)
    failed = re.search(r"Non-2xx or 3xx responses: (\d+)", printed)
    errors = re.search(r"Socket errors: (.*)", printed)
    count, bad = int(requests.group(1)), int(failed.group(1)) if failed else 0
    spent = float(requests.group(2)) * (60 if requests.group(3) == "m" else 1)
    return {
        "answered": count,
        "refused": bad,
        "socket_errors": errors.group(1) if errors else "none",
        "per_second": round((count - bad) / spent, 1),
        "latency_ms": {
            f"p{share}": round(float(value) * TO_MS[unit], 2)
            for share, value, unit in LATENCY.findall(printed)
        },
    }


def bench_reads(setup: Setup, note_id: int, seconds: int) -> dict[str, Any]:
    seller = setup.makers["seller"]
    answer = seller.request("GET", f"/v1/notes/{note_id}")
    wrk(setup.address, f"/v1/notes/{note_id}", str(seller.token), 3)
    return {
        "lots": LOTS,
        "bytes": len(json.dumps(answer.body, ensure_ascii=False).encode()),
        **wrk(setup.address, f"/v1/notes/{note_id}", str(seller.token), seconds),
    }


def bench_writes(setup: Setup, seconds: int, home: Path) -> dict[str, Any]:
    """Writes, and what became of every one of them."""
    bank = setup.makers["bank"]
    body = {
        "to_party_id": setup.party_ids["seller"],
        "amount": {"amount_minor": 1, "currency": "EUR"},
        "reference": "bench",
    }
    script = home / "write.lua"
    script.write_text(
        WRITE_LUA.replace("{body}", json.dumps(body)).replace("{run}", str(time.time_ns())), encoding="utf-8"
    )
    found = wrk(setup.address, "/v1/cash/transfer", str(bank.token), seconds, script=script)
    tell(f"writes: {found}")
    began = time.monotonic()
    states = wait_for_all(bank)
    found["seconds_until_all_were_final"] = round(time.monotonic() - began, 1)
    found["commands_by_state"] = states
    arrived = balance(setup.makers["seller"])
    found["cents_arrived"] = arrived
    if states != {"done": arrived} or arrived < found["answered"] - found["refused"]:
        raise SystemExit(f"accepted and carried out differ: {found}")
    return found


def wait_for_all(bank: Transport) -> dict[str, int]:
    """How many transfers are in each state once none is under way."""
    while True:
        states: dict[str, int] = {}
        for command in bank.pages("/v1/commands", query={"operation": "transfer_cash", "limit": 200}):
            states[command["state"]] = states.get(command["state"], 0) + 1
        tell(f"commands: {states}")
        if not set(states) - {"done", "refused", "failed", "expired"}:
            return states
        time.sleep(2)


def balance(client: Transport) -> int:
    found = client.request("GET", "/v1/cash/balances").body["items"]
    return sum(each["balance"]["amount_minor"] for each in found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument(
        "--output", type=Path, default=ROOT / "scripts" / "bench" / "results" / "service.json"
    )
    asked = parser.parse_args()
    if shutil.which("wrk") is None:
        raise SystemExit("wrk is needed: apt-get install wrk")
    load_before = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder, postgresql() as database:
        home = Path(folder)
        with service(home, database) as address:
            tell("the service is ready")
            setup = Setup(address)
            note_id = setup.open_note()
            setup.issue_cash()
            tell("the note is open")
            reads = bench_reads(setup, note_id, asked.seconds)
            tell(f"reads: {reads}")
            writes = bench_writes(setup, asked.seconds // 2, home)
    result = {
        "command": f"python scripts/bench/service.py --seconds {asked.seconds}",
        "machine": {
            "cpus": os.cpu_count(),
            "system": platform.system(),
            "machine": platform.machine(),
            "python": platform.python_version(),
            "load_average_before": round(load_before, 2),
        },
        "versions": {
            name: version(name) for name in ("fastapi", "uvicorn", "sqlalchemy", "psycopg", "pydantic")
        },
        "load_generator": subprocess.run(["wrk", "--version"], check=False, capture_output=True, text=True)
        .stdout.splitlines()[0]
        .split(" Copyright")[0],
        "connections": CONNECTIONS,
        "reads": reads,
        "writes": writes,
    }
    asked.output.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
