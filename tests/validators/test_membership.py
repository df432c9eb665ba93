"""Members who join and leave by vote: who is entitled seals blocks, and nobody else's blocks count."""

from __future__ import annotations

import time

import pytest
from network import NetworkError
from network_ground import ALL, Ground, Report, until

pytestmark = pytest.mark.needs_network

_BLOCKS = 8


def seals(ground: Ground, from_block: int, to_block: int) -> set[str]:
    """Who sealed these blocks, by the seals in their headers."""
    return {
        address
        for number in range(from_block, to_block + 1)
        for address in ground.header(1, number).sealed_by
    }


def address_of(ground: Ground, index: int) -> str:
    return next(member.address.lower() for member in ground.network.members if member.index == index)


def test_a_minority_admits_nobody(whole: Ground, report: Report) -> None:
    network = whole.network
    stranger = "0x" + "5e" * 20
    before = network.operators.council(1)
    for index in (1, 2):
        network.operators.tell(index, "governance_vote", "governance.addvalidator", stranger)
    # Each validator has its turn more than once.
    top = network.wait_for_blocks(3 * len(ALL))
    assert all(network.operators.council(index) == before for index in ALL)
    assert whole.header(1, top).validators == frozenset(before)
    report(
        fault="a minority votes a stranger in",
        did="2 of 4 vote; three turns of every validator",
        remark="the validators are the same as before",
    )
    # The votes stand until the epoch ends; the stranger must not get in by a later one.
    for index in (1, 2):
        network.operators.tell(index, "governance_vote", "governance.removevalidator", stranger)
    network.wait_for_blocks(2 * len(ALL))


def test_a_member_joins_by_vote_and_leaves_by_vote(whole: Ground, report: Report) -> None:
    network = whole.network
    began = time.monotonic()
    newcomer = network.admit("latecomer", within_s=120)
    joined_s = time.monotonic() - began
    address = address_of(whole, newcomer)
    top = network.wait_for_blocks(1, [*ALL, newcomer])
    until(
        lambda: address in whole.header(1, network.height(1) or top).sealed_by,
        within_s=60,
        what="the new member's seal is in a new block",
    )
    whole.see_that_nothing_forked([*ALL, newcomer])
    assert address in whole.header(1, top).validators

    network.remove(newcomer, within_s=120)
    left_at = max(height for height in whole.heights() if height is not None) + 1
    top = network.wait_for_blocks(_BLOCKS, ALL)
    assert address not in seals(whole, left_at + 1, top)
    assert address not in whole.header(1, top).validators
    # Its process goes on; no block of its own counts, not even for itself.
    assert network.pid(newcomer) is not None
    own = network.height(newcomer)
    assert own is not None
    common = min(own, top)
    assert network.block_hash(newcomer, common) == network.block_hash(1, common)
    assert own <= max(height for height in whole.heights() if height is not None)
    network.kill(newcomer)
    compared = whole.see_that_nothing_forked()
    report(
        fault="a member joins and leaves by vote",
        did="4 of 4 vote a fifth in, it syncs; then the four vote it out while it runs",
        remark=f"voted in, synced and sealing after {joined_s:.1f} s; none of its seals in {top - left_at}"
        f" blocks after the vote against it, no block of its own; the same {compared} blocks on the four",
    )


def test_without_a_majority_of_running_validators_nobody_is_voted_on(whole: Ground) -> None:
    network = whole.network
    network.kill(3, 4)
    with pytest.raises(NetworkError) as refused:
        network.admit("nobody", within_s=5)
    assert "3 of 4 must" in str(refused.value)
    assert {member.name for member in network.members} >= {"bank", "core", "platform", "regulator"}
    assert "nobody" not in {member.name for member in network.members}
