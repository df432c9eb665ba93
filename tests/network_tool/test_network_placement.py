"""Members' own machines: each makes its key, all make the same network from public halves."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from network.failures import NetworkError
from network.keys import ValidatorKey
from network.members import Folder
from network.placement import Identity, Place, assemble, make_identity
from network.plan import NetworkPlan

HASH = "0x" + "cd" * 32
PLAN = NetworkPlan(members=("bank", "core"), chain_id=4242)
RPC = ("127.0.0.1", 8551)
# Answers as the engine does when it makes a chain.
PROGRAM = f"""#!/bin/sh
mkdir -p data
echo 'Successfully wrote genesis state  database=chaindata hash={HASH}'
"""


@pytest.fixture(autouse=True)
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "programs"
    folder.mkdir()
    (folder / "counterfoil-kcn").write_text(PROGRAM, encoding="ascii")
    (folder / "counterfoil-kcn").chmod(0o755)
    monkeypatch.setenv("COUNTERFOIL_ENGINE", str(folder))


def place(tmp_path: Path, name: str, target: str) -> Place:
    file = tmp_path / name / "identity.json"
    if not file.exists():
        make_identity(tmp_path / name, name)
    return Place.parse(f"{file}@{target}")


def two(tmp_path: Path) -> list[Place]:
    return [place(tmp_path, "core", "10.0.0.8:8554"), place(tmp_path, "bank", "10.0.0.7:8554")]


def test_an_identity_is_public_and_its_key_is_the_owners(tmp_path: Path) -> None:
    made = make_identity(tmp_path / "mine", "bank")
    key = ValidatorKey.read(tmp_path / "mine" / "nodekey")
    assert (tmp_path / "mine" / "nodekey").stat().st_mode & 0o777 == 0o600
    text = (tmp_path / "mine" / "identity.json").read_text(encoding="utf-8")
    assert key.secret.hex() not in text
    assert json.loads(text) == {"name": "bank", "address": key.address, "node_id": key.node_id}
    assert Identity.read(tmp_path / "mine" / "identity.json") == made


def test_a_key_is_never_written_over(tmp_path: Path) -> None:
    make_identity(tmp_path, "bank")
    before = (tmp_path / "nodekey").read_bytes()
    with pytest.raises(NetworkError, match="is a key already"):
        make_identity(tmp_path, "bank")
    assert (tmp_path / "nodekey").read_bytes() == before


def test_all_members_make_the_same_network_in_any_order(tmp_path: Path) -> None:
    places = two(tmp_path)
    for name, order in (("bank", places), ("core", places[::-1])):
        assert assemble(tmp_path / name, PLAN, order, made_at_s=1_700_000_000, rpc=RPC) == HASH
    bank, core = Folder(tmp_path / "bank"), Folder(tmp_path / "core")
    assert bank.genesis.read_bytes() == core.genesis.read_bytes()
    known = {name: ValidatorKey.read(folder.key) for name, folder in (("bank", bank), ("core", core))}
    assert json.loads(bank.peers.read_text()) == [known["core"].peer_url("10.0.0.8", 8554)]
    assert json.loads(core.peers.read_text()) == [known["bank"].peer_url("10.0.0.7", 8554)]
    arguments = bank.arguments.read_text(encoding="utf-8").splitlines()
    assert arguments[arguments.index("--netrestrict") + 1] == "10.0.0.8/32"
    assert arguments[arguments.index("--port") + 1] == "8554"
    described = json.loads((tmp_path / "bank" / "network.json").read_text(encoding="utf-8"))
    assert described["genesis_hash"] == HASH
    assert [(v["index"], v["name"], v["endpoint"]) for v in described["validators"]] == [
        (1, "bank", "http://127.0.0.1:8551"),
        (2, "core", "http://10.0.0.8:8551"),
    ]
    assert "bank" in bank.unit.read_text(encoding="utf-8")


def test_a_host_name_leaves_the_addresses_open(tmp_path: Path) -> None:
    places = [place(tmp_path, "bank", "10.0.0.7:8554"), place(tmp_path, "core", "core.example.org:8554")]
    assemble(tmp_path / "bank", PLAN, places, made_at_s=1, rpc=RPC)
    assert "--netrestrict" not in Folder(tmp_path / "bank").arguments.read_text(encoding="utf-8")


def test_a_folder_is_assembled_once(tmp_path: Path) -> None:
    places = two(tmp_path)
    assemble(tmp_path / "bank", PLAN, places, made_at_s=1, rpc=RPC)
    with pytest.raises(NetworkError, match="is there already"):
        assemble(tmp_path / "bank", PLAN, places, made_at_s=1, rpc=RPC)


def test_one_has_to_be_among_the_members(tmp_path: Path) -> None:
    places = two(tmp_path)
    make_identity(tmp_path / "stranger", "stranger")
    with pytest.raises(NetworkError, match="none of the identities"):
        assemble(tmp_path / "stranger", PLAN, places, made_at_s=1, rpc=RPC)
    with pytest.raises(NetworkError, match="has no key"):
        assemble(tmp_path / "nowhere", PLAN, places, made_at_s=1, rpc=RPC)


def test_members_and_places_do_not_repeat(tmp_path: Path) -> None:
    bank = place(tmp_path, "bank", "10.0.0.7:8554")
    with pytest.raises(NetworkError, match="names a member twice"):
        assemble(tmp_path / "bank", PLAN, [bank, bank], made_at_s=1, rpc=RPC)
    core = place(tmp_path, "core", "10.0.0.7:8554")
    with pytest.raises(NetworkError, match="same host and port"):
        assemble(tmp_path / "bank", PLAN, [bank, core], made_at_s=1, rpc=RPC)


@pytest.mark.parametrize(
    "text", ["", "x", "f@h", "@h:1", "f@h:0", "f@h:65536", "f@h:x", "f@h h:1", "f@:1", "f@h;id:1"]
)
def test_what_is_no_place_is_refused(text: str) -> None:
    with pytest.raises(NetworkError, match="is not a place"):
        Place.parse(text)


def test_an_identity_with_another_ones_address_is_refused(tmp_path: Path) -> None:
    own, other = make_identity(tmp_path / "a", "bank"), make_identity(tmp_path / "b", "core")
    forged = tmp_path / "identity.json"
    content = {"name": "bank", "address": other.address, "node_id": own.node_id}
    forged.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(NetworkError, match=other.address):
        Identity.read(forged)


@pytest.mark.parametrize(
    "content", ["", "[]", '{"name": "bank"}', '{"name":"bank","address":"0x","node_id":"zz"}']
)
def test_a_file_that_is_no_identity_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "identity.json").write_text(content, encoding="utf-8")
    with pytest.raises(NetworkError, match="is not an identity"):
        Identity.read(tmp_path / "identity.json")
