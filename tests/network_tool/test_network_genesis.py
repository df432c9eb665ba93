"""Keys, the genesis block and the descriptor."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

import pytest
import rlp
from eth_account import Account
from network.descriptor import Address, descriptor_of, write_descriptor
from network.failures import NetworkError
from network.genesis import FORKS, GenesisPlan, extra_bytes, genesis_of
from network.keys import ValidatorKey
from network.members import Folder, Member, admitted, read_members, write_members
from network.plan import NetworkPlan

# The first two private keys, 1 and 2, with their well-known addresses.
ONE = "0x7e5f4552091a69125d5dfcb7b8c2659029395bdf"
TWO = "0x2b5ad5c4795c026514f8317c7a215e218dccd6cf"


def test_a_key_has_the_address_that_every_wallet_gives_it() -> None:
    assert ValidatorKey(secret=bytes(31) + b"\x01").address == ONE
    assert ValidatorKey(secret=bytes(31) + b"\x02").address == TWO
    fresh = ValidatorKey.new()
    assert Account.from_key(fresh.secret).address.lower() == fresh.address


def test_a_key_file_is_its_owners_alone_and_reads_back(tmp_path: Path) -> None:
    key = ValidatorKey.new()
    key.write(tmp_path / "nodekey")
    assert stat.S_IMODE(os.stat(tmp_path / "nodekey").st_mode) == 0o600
    assert ValidatorKey.read(tmp_path / "nodekey") == key


def test_a_key_does_not_show_itself() -> None:
    key = ValidatorKey.new()
    assert key.secret.hex() not in repr(key)


@pytest.mark.parametrize("content", ["", "00", "zz" * 32, "11" * 33])
def test_a_file_that_is_no_key_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "nodekey"
    path.write_text(content, encoding="ascii")
    with pytest.raises(ValueError, match=r"nodekey|hexadecimal"):
        ValidatorKey.read(path)


def test_a_peer_is_dialled_by_its_whole_public_key() -> None:
    key = ValidatorKey(secret=bytes(31) + b"\x01")
    url = key.peer_url("10.0.0.7", 8554)
    assert len(key.node_id) == 128
    assert url == f"kni://{key.node_id}@10.0.0.7:8554?discport=0&ntype=cn"
    member = Member(index=1, name="bank", address=key.address, node_id=key.node_id)
    assert member.peer_url("10.0.0.7", 8554) == url


def test_the_header_names_validators_in_order_and_no_seals() -> None:
    content = bytes.fromhex(extra_bytes([ONE, TWO])[2:])
    validators, seal, committed = rlp.decode(content[32:])
    assert content[:32] == bytes(32)
    assert [item.hex() for item in validators] == sorted([ONE[2:], TWO[2:]])
    assert (seal, committed) == (bytes(65), [])


def test_the_genesis_block_has_no_fees_no_money_and_every_fork() -> None:
    genesis = genesis_of(GenesisPlan(chain_id=88_551, validators=[ONE, TWO], made_at_s=1_700_000_000))
    config = genesis["config"]
    assert config["chainId"] == 88_551
    assert {fork: config[fork] for fork in FORKS} == dict.fromkeys(FORKS, 0)
    assert (config["unitPrice"], config["deriveShaImpl"]) == (0, 0)
    governance = config["governance"]
    assert governance["governanceMode"] == "ballot"
    assert governance["reward"]["mintingAmount"] == 0
    assert (governance["kip71"]["lowerboundbasefee"], governance["kip71"]["upperboundbasefee"]) == (0, 0)
    assert genesis["alloc"] == {}
    assert int(genesis["timestamp"], 16) == 1_700_000_000


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"chain_id": 0}, "chain_id"),
        ({"chain_id": 2**53}, "chain_id"),
        ({"validators": []}, "validators is empty"),
        ({"validators": ["0x12"]}, "'0x12'"),
        ({"validators": [ONE, ONE.upper().replace("0X", "0x")]}, "twice"),
        ({"made_at_s": 0}, "made_at_s"),
        ({"made_at_s": 2**40}, "made_at_s"),
    ],
)
def test_a_genesis_that_cannot_work_is_refused_by_name(changed: dict[str, Any], named: str) -> None:
    plan: dict[str, Any] = {"chain_id": 1, "validators": [ONE], "made_at_s": 1}
    with pytest.raises(ValueError, match=named):
        GenesisPlan(**(plan | changed))


def members() -> list[Member]:
    keys = [ValidatorKey(secret=bytes(31) + bytes([n])) for n in (1, 2)]
    return [
        Member(index=index, name=name, address=key.address, node_id=key.node_id)
        for index, (name, key) in enumerate(zip(("bank", "core"), keys, strict=True), start=1)
    ]


def test_members_read_back_and_the_expelled_stay_listed(tmp_path: Path) -> None:
    bank, core = members()
    write_members(tmp_path / "members.json", [bank, core.expelled()])
    read = read_members(tmp_path / "members.json")
    assert read == [bank, core.expelled()]
    assert admitted(read) == [bank]
    assert not (tmp_path / "members.new").exists()


def test_a_file_that_is_no_list_of_members_is_refused(tmp_path: Path) -> None:
    (tmp_path / "members.json").write_text('[{"index": 1}]', encoding="utf-8")
    with pytest.raises(NetworkError, match="list of members"):
        read_members(tmp_path / "members.json")


def test_the_descriptor_names_who_validates_now(tmp_path: Path) -> None:
    bank, core = members()
    addresses = {
        1: Address(rpc=("127.0.0.1", 9000), p2p=("127.0.0.1", 9003)),
        2: Address(rpc=("10.213.4.2", 9010), p2p=("10.214.4.2", 9013)),
    }
    plan = NetworkPlan(members=("bank", "core"), base_port=9000)
    content = descriptor_of(plan, name="n", genesis_hash="0xab", members=[bank, core], addresses=addresses)
    assert content["engine"] == "kaia-istanbul"
    assert (content["chain_id"], content["genesis_hash"], content["block_period_ms"]) == (
        88_551,
        "0xab",
        1000,
    )
    assert content["clock"] == "wall"
    assert content["validators"][1] == {
        "index": 2,
        "name": "core",
        "address": TWO,
        "endpoint": "http://10.213.4.2:9010",
        "data": "validators/2",
        "p2p": core.peer_url("10.214.4.2", 9013),
    }
    without = descriptor_of(
        plan, name="n", genesis_hash="0xab", members=[bank, core.expelled()], addresses=addresses
    )
    assert [validator["index"] for validator in without["validators"]] == [1]
    write_descriptor(tmp_path / "network.json", content)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["network.json"]


def test_a_members_folder_holds_all_that_it_needs_elsewhere(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    own = [folder.key, folder.genesis, folder.data, folder.peers, folder.arguments, folder.unit, folder.log]
    assert all(path.is_relative_to(tmp_path) for path in own)
