"""What --chain may say: a network.json or addresses; what is wrong is named, and no address is shown."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from counterfoil.chain.endpoints.network import network_of, read_network
from counterfoil.chain.endpoints.pool import EndpointPool, pinned
from counterfoil.chain.engines import PROFILES, UNKNOWN, profile_named
from counterfoil.domain.errors import CounterfoilError
from counterfoil.settings import Settings

GENESIS = "0x" + "ab" * 32


def described(**changes: Any) -> dict[str, Any]:
    """A network.json, as the tool writes it."""
    return {
        "name": "test",
        "engine": "kaia-istanbul",
        "engine_version": "v1.0.3",
        "chain_id": 88551,
        "genesis_hash": GENESIS,
        "block_period_ms": 250,
        "clock": "wall",
        "validators": [
            validator(2, "core", "http://127.0.0.1:8561"),
            validator(1, "bank", "http://127.0.0.1:8551"),
            validator(3, "platform", "http://127.0.0.1:8571"),
            validator(4, "regulator", "https://user:secret@node.example/rpc/KEY"),
        ],
        **changes,
    }


def validator(index: int, name: str, endpoint: str) -> dict[str, Any]:
    return {"index": index, "name": name, "address": "0x0", "endpoint": endpoint, "data": "1", "p2p": "kni"}


def written(directory: Path, content: Any) -> Path:
    path = directory / "network.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def test_a_network_file(tmp_path: Path) -> None:
    network = network_of(str(written(tmp_path, described(genesis_hash=GENESIS.upper().replace("X", "x")))))
    assert [each.name for each in network.endpoints] == ["bank", "core", "platform", "regulator"]
    assert network.endpoints[3].place == "node.example:443"
    assert (network.chain_id, network.genesis_hash, network.block_period_ms) == (88551, GENESIS, 250)
    assert network.profile.name == "kaia-istanbul"
    assert network.faults == 1
    assert network.path == tmp_path / "network.json"


@pytest.mark.parametrize(
    ("content", "field", "reason"),
    [
        ("{", "the file", "it is no JSON"),
        ("[]", "the file", "valid dictionary"),
        (described(engine="geth"), "engine", "there is no profile of an engine 'geth'; known: kaia-istanbul"),
        (described(engine="embedded"), "engine", "there is no profile"),
        (described(chain_id=0), "chain_id", "greater than or equal to 1"),
        (described(chain_id="many"), "chain_id", "valid integer"),
        (described(genesis_hash="0x12"), "genesis_hash", "match pattern"),
        (described(block_period_ms=0), "block_period_ms", "greater than or equal to 1"),
        (described(clock="sun"), "clock", "'wall' or 'adjustable'"),
        (described(validators=[]), "validators", "at least 1 item"),
        (
            described(validators=[validator(1, "a", "ws://h")]),
            "validators.0.endpoint",
            "must begin with http",
        ),
        (described(validators=[validator(1, "a", "http://")]), "validators.0.endpoint", "names no host"),
        (
            described(validators=[validator(0, "a", "http://h")]),
            "validators.0.index",
            "greater than or equal",
        ),
        (
            described(validators=[validator(1, "a", "http://h"), validator(2, "a", "http://i")]),
            "validators",
            "two of them have the same name",
        ),
        (
            described(validators=[validator(1, "a", "http://h"), validator(2, "b", "http://h")]),
            "validators",
            "two of them have the same endpoint",
        ),
    ],
)
def test_what_is_wrong_with_a_network_file_is_named(
    tmp_path: Path, content: Any, field: str, reason: str
) -> None:
    path = written(tmp_path, content)
    with pytest.raises(CounterfoilError) as refused:
        read_network(path)
    assert refused.value.code == "NetworkFileInvalid"
    assert refused.value.facts["path"] == str(path)
    assert refused.value.facts["field"] == field
    assert reason in str(refused.value.facts["reason"])


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(CounterfoilError, match="No such file"):
        network_of(str(tmp_path / "elsewhere.json"))


def test_a_field_that_is_left_out_is_named(tmp_path: Path) -> None:
    content = described()
    del content["genesis_hash"]
    with pytest.raises(CounterfoilError, match="genesis_hash: Field required"):
        read_network(written(tmp_path, content))


def test_addresses() -> None:
    network = network_of("http://one.example:8545, https://user:secret@two.example/v3/KEY")
    assert [each.name for each in network.endpoints] == ["one.example:8545", "two.example:443"]
    assert network.profile is UNKNOWN
    assert (network.chain_id, network.genesis_hash) == (None, None)
    later = pinned(network, chain_id=7, genesis_hash=GENESIS)
    assert (later.chain_id, later.genesis_hash) == (7, GENESIS)
    assert pinned(later, chain_id=8, genesis_hash="0x00") == later


def test_addresses_with_the_same_host_have_names_of_their_own() -> None:
    network = network_of("http://h.example/a,http://h.example/b")
    assert [each.name for each in network.endpoints] == ["h.example:80 (1)", "h.example:80 (2)"]


@pytest.mark.parametrize(
    ("text", "place", "reason"),
    [
        ("http://one.example,ws://two.example:1", 2, "must begin with http"),
        ("http://user:secret@:1", 1, "names no host"),
        ("http://one.example:99999", 1, "it is no address"),
        ("http://[::1", 1, "it is no address"),
        ("http://one.example,,http://two.example", 2, "must begin with http"),
        ("http://one.example,http://one.example", 2, "it is there twice"),
    ],
)
def test_an_address_that_cannot_be_used_is_counted_not_shown(text: str, place: int, reason: str) -> None:
    with pytest.raises(CounterfoilError) as refused:
        network_of(text)
    assert refused.value.code == "EndpointAddressInvalid"
    assert refused.value.facts["place"] == place
    assert reason in refused.value.message
    assert "secret" not in refused.value.message
    assert "example" not in refused.value.message


def test_nothing_shows_what_stands_in_an_address() -> None:
    network = network_of("https://user:secret@node.example/v3/KEY")
    pool = EndpointPool(network)
    shown = f"{network!r} {network.endpoints[0]!r} {pool.state()!r}"
    pool.close()
    assert "node.example:443" in shown
    for part in ("user", "secret", "KEY"):
        assert part not in shown


@pytest.mark.parametrize("text", ["http://one,https://two:1", "network.json", "/a/b/network.json"])
def test_settings_take_addresses_and_paths(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUNTERFOIL_CHAIN", text)
    chosen = Settings().chain
    assert chosen is not None
    assert chosen.get_secret_value() == text


@pytest.mark.parametrize(
    "text",
    ["ws://one", "http://one,ftp://two", "http://one,two://three", "http//node", "node:8545", "a/directory"],
)
def test_settings_refuse_other_addresses(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUNTERFOIL_CHAIN", text)
    with pytest.raises(ValidationError, match="must be addresses that begin with http"):
        Settings()


def test_profiles_say_what_is_known_of_each_engine() -> None:
    assert set(PROFILES) == {"kaia-istanbul", "cosmos-cometbft", "besu-qbft", "embedded", "unknown"}
    for name, profile in PROFILES.items():
        assert profile_named(name) is profile
        assert profile.finality.confirmations == 0
    assert not profile_named("besu-qbft").tested
    assert "untested" in profile_named("besu-qbft").words
    with pytest.raises(KeyError):
        profile_named("geth")


@pytest.mark.parametrize(("validators", "faults"), [(0, 0), (1, 0), (3, 0), (4, 1), (6, 1), (7, 2), (10, 3)])
def test_how_many_may_lie(validators: int, faults: int) -> None:
    assert profile_named("kaia-istanbul").tolerated_faults(validators) == faults
    assert profile_named("unknown").tolerated_faults(validators) == 0
