"""What tests on a network rest on: whose turn it is to send, where contracts go, and when time moves."""

from __future__ import annotations

from multiprocessing import Pipe
from pathlib import Path
from typing import cast

import pytest
from eth_account import Account

from counterfoil.chain.contract_calls import AUTHORITY
from counterfoil.chain.deployment import Deployment
from counterfoil.chain.embedded import open_embedded_chain
from counterfoil.chain.gateway import ChainGateway
from counterfoil.chain.ledger_deployment import CONTRACTS
from counterfoil.domain.states import Office
from model.keyring import address, signer_of
from network_suite.held_network import HeldNetwork
from network_suite.nonces import Nonces
from network_suite.planned_deployment import created_address, planned
from network_suite.timekeeping import OwnTime, SharedTime

OFFICERS = {office: address(0x51 + office) for office in Office}


class Standing:
    """A network as far as its clock goes."""

    def __init__(self, now_s: int) -> None:
        self.now_s = now_s
        self.closed = False

    def move_to(self, second: int) -> None:
        """As HeldNetwork.move_to."""
        self.now_s = second

    def close(self) -> None:
        """As HeldNetwork.close."""
        self.closed = True


def test_a_keys_numbers_go_on_from_process_to_process(tmp_path: Path) -> None:
    key = address(0x77)
    with Nonces(tmp_path / "nonces").lane(key) as lane:
        assert lane.next == 0
        lane.next += 3
    with Nonces(tmp_path / "nonces").lane(key) as lane:
        assert lane.next == 3
    with Nonces(tmp_path / "nonces").lane(address(0x78)) as other:
        assert other.next == 0


def test_what_was_not_sent_leaves_its_number_to_the_next(tmp_path: Path) -> None:
    nonces, key = Nonces(tmp_path / "nonces"), address(0x77)

    def cut_off() -> None:
        with nonces.lane(key) as lane:
            lane.next += 1
            raise ConnectionError("cut off")

    with pytest.raises(ConnectionError, match="cut off"):
        cut_off()
    with nonces.lane(key) as lane:
        assert lane.next == 0


def test_creations_go_where_the_embedded_chain_puts_them(tmp_path: Path) -> None:
    creator = signer_of(address(0x79))
    with open_embedded_chain(tmp_path / "chain") as chain:
        gateway = ChainGateway(chain.web3)
        found = [
            gateway.deploy(AUTHORITY, [creator.address], creator, name=name)[0].address for name in "abc"
        ]
        inner = gateway.call("c", "instructions")
    assert [created_address(creator.address, nonce) for nonce in range(3)] == found
    assert created_address(found[2], 1) == inner


def test_a_planned_deployment_has_every_contract_at_a_place_of_its_own() -> None:
    governor = signer_of(address(0x60))
    empty = Deployment(chain_id=1, genesis_hash="0x00")
    first = planned(empty, first_nonce=0, governor=governor, officers=OFFICERS)
    second = planned(empty, first_nonce=len(first.outgoing), governor=governor, officers=OFFICERS)
    places = [each.address for plan in (first, second) for each in plan.deployment.contracts.values()]
    assert set(first.deployment.contracts) == set(CONTRACTS)
    assert len(set(places)) == 2 * len(CONTRACTS)
    creations = [each for each in first.outgoing if each.to is None]
    # The authority creates the instructions' contract itself.
    assert len(creations) == len(CONTRACTS) - 1
    assert {each.to for each in first.outgoing[len(creations) :]} <= set(places)


def test_shared_time_is_asked_of_the_parent_and_never_goes_back() -> None:
    ours, theirs = Pipe()
    network = Standing(100)
    shared = SharedTime(cast(HeldNetwork, network), theirs)
    shared.reach(100)
    assert not ours.poll()
    ours.send(200)
    shared.reach(150)
    assert ours.recv() == ("until", 150)
    assert network.now_s == 200
    with pytest.raises(ValueError, match="200"):
        shared.reach(199)
    with pytest.raises(ValueError, match="own_network"):
        shared.renew()


def test_ones_own_time_moves_at_once_and_begins_again_on_another_network() -> None:
    made: list[Standing] = []

    def start() -> HeldNetwork:
        made.append(Standing(100))
        return cast(HeldNetwork, made[-1])

    own = OwnTime(start)
    own.reach(250)
    assert made[0].now_s == 250
    with pytest.raises(ValueError, match="250"):
        own.reach(249)
    own.renew()
    assert [each.closed for each in made] == [True, False]
    own.reach(101)
    assert made[1].now_s == 101
    own.close()
    assert made[1].closed


def test_a_key_is_found_by_the_address_that_it_was_given_out_under() -> None:
    known = address(0x1234)
    assert signer_of(known).address == known
    with pytest.raises(KeyError):
        signer_of(Account.create().address)
