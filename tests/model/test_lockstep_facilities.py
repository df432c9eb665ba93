"""Facilities in memory and on the contracts, driven by the same random commands and compared at every step.

As test_lockstep; COUNTERFOIL_LOCKSTEP_EXAMPLES sets how many examples run here too.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import rule, run_state_machine_as_test

from counterfoil.domain.states import FacilityState, LotState
from model.contract_chain import open_contracts
from model.lockstep_facilities import OWING, FacilityRules, facilities_started
from network_suite.chosen import on_network

EXAMPLES = os.environ.get("COUNTERFOIL_LOCKSTEP_EXAMPLES")
STEPS = 60
MOST_MISSED = 3
# Every step is a block there: few examples, which show that engines agree, and not what the rules reach.
ON_NETWORK, STEPS_ON_NETWORK, LEAST_ON_NETWORK = 2, 40, 8

COMMANDS = (
    "accept_facility", "accept_substitute", "add_asset", "block_asset", "buy_asset", "call_margin",
    "enforce_by_order", "lift_margin_call", "mark_facility_defaulted", "offer_claim", "offer_facility",
    "offer_sale", "pledge", "post_price", "propose_substitute", "release", "release_part", "repay_facility",
    "resolve_block", "settle", "substitute_asset", "take_asset", "take_claim", "transfer_pledge",
    "withdraw_asset", "withdraw_facility",
)  # fmt: skip


class FacilityLockstep(FacilityRules):
    """Every command over facilities and the liens beside them, by weight."""

    @rule(seed=st.integers(0, 2**32 - 1))
    def act(self, seed: int) -> None:
        owing = self.any_facility(*OWING)
        short = self.any_facility(FacilityState.CALLED, FacilityState.DEFAULTED)
        self.step(
            seed,
            {
                self.post_price: 8,
                self.offer_facility: 12,
                self.answer_facility: 6,
                self.move_pool: 14 * owing,
                self.repay_facility: 6 * owing,
                self.watch: 14 * owing,
                self.enforce: 14 * short,
                self.buy: 5,
                self.sell_claim: 8 * owing,
                self.pledge_asset: 8,
                self.divide_lot: 6,
                self.release: 3 * self.any_lot(LotState.PLEDGED),
                self.substitute_lien: 8,
                self.transfer_lien: 4,
                self.order: 2,
                self.block: 3,
                self.unblock: 4,
                self.disturb_goods: 5,
                self.settle: 4,
                self.dispute_note: 3,
                self.pass_facility_time: 6,
                self.call_as_a_stranger: 2,
            },
        )


@pytest.mark.engine_neutral
@pytest.mark.own_network
def test_facilities_in_model_projection_and_contracts_agree(tmp_path: Path) -> None:
    chain = open_contracts(tmp_path)
    base = facilities_started(chain)
    FacilityLockstep.start = (base, chain.mark())
    run_state_machine_as_test(
        FacilityLockstep,
        settings=settings(
            max_examples=int(EXAMPLES or (ON_NETWORK if on_network() else 20)),
            stateful_step_count=STEPS_ON_NETWORK if on_network() else STEPS,
            derandomize=EXAMPLES is None,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    chain.close()
    done = {name for name, outcome in base.counts if outcome == "done"}
    if on_network():
        assert len(done) >= LEAST_ON_NETWORK, sorted(done)
        return
    refusals = {outcome for _, outcome in base.counts if outcome != "done"}
    missed = set(COMMANDS) - done
    assert len(missed) <= MOST_MISSED, sorted(missed)
    assert len(refusals) > 45, sorted(refusals)
