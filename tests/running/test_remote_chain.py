"""The ledger on a chain that a node serves over HTTP, in place of the one in the home."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from counterfoil.bootstrap import create_ledger, open_ledger
from counterfoil.chain.embedded import open_embedded_chain
from counterfoil.chain.errors import EmbeddedChainError
from counterfoil.domain.errors import CounterfoilError
from counterfoil.domain.states import PartyRole
from counterfoil.entrypoints.backup.create_backup import create_backup
from counterfoil.entrypoints.serving.handover import Handover
from counterfoil.entrypoints.serving.preparing import prepare
from counterfoil.settings import Settings
from counterfoil.usecases.books.check_books import check_books
from counterfoil.usecases.parties.register_party import register_party
from ledger_support import BANK, CHEAP_SCRYPT_N, PASSPHRASE


@pytest.fixture
def node(tmp_path: Path) -> Iterator[str]:
    """The address of a node: an embedded chain behind HTTP."""
    with open_embedded_chain(tmp_path / "node") as chain:

        class Answers(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                one = isinstance(asked, dict)
                answers = [
                    {**chain.web3.provider.make_request(each["method"], each["params"]), "id": each["id"]}
                    for each in ([asked] if one else asked)
                ]
                body = json.dumps(answers[0] if one else answers).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()
        server.server_close()


def settings_for(tmp_path: Path, node: str) -> Settings:
    return Settings(home=tmp_path / "home", chain=SecretStr(node), keystore_scrypt_n=CHEAP_SCRYPT_N)


def test_a_ledger_lives_on_a_nodes_chain(tmp_path: Path, node: str) -> None:
    settings = settings_for(tmp_path, node)
    create_ledger(settings, passphrase=lambda _: PASSPHRASE)
    with open_ledger(settings, passphrase=lambda _: PASSPHRASE) as ledger:
        register_party(ledger.bench, name=BANK.name, identifiers=[BANK.key], roles=PartyRole.FUNDER)
        assert [result for result in check_books(ledger.bench) if not result.ok] == []
        with pytest.raises(EmbeddedChainError) as refused:
            ledger.advance_time(60)
    assert refused.value.code == "TimeTravelRefused"
    assert not settings.chain_directory.exists()
    assert create_backup(settings, tmp_path / "backup", passphrase=None).chain_block is None


def test_nothing_is_put_on_somebodys_chain_unasked(tmp_path: Path, node: str) -> None:
    settings = settings_for(tmp_path, node)
    handover = Handover(settings=settings, passphrase=SecretStr(PASSPHRASE))
    with pytest.raises(CounterfoilError) as refused:
        prepare(handover)
    assert refused.value.code == "LedgerMissing"
    assert not settings.home.exists()


def test_a_node_that_does_not_answer_is_said_without_its_address(tmp_path: Path) -> None:
    settings = settings_for(tmp_path, "http://user:hunter2@127.0.0.1:1")
    with pytest.raises(CounterfoilError) as refused:
        create_ledger(settings, passphrase=lambda _: PASSPHRASE)
    assert "hunter2" not in refused.value.message


@pytest.mark.parametrize("address", ["ftp://node", "node:8545", "http//node"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(ValidationError):
        Settings(chain=SecretStr(address))
