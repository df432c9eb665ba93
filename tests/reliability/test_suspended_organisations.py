"""What a suspended organisation had entered is not begun; what was signed before goes its way."""

from __future__ import annotations

from sender_scene import Scene

from counterfoil.domain.commands import CommandState
from counterfoil.ports.identity import OrganisationState
from ledger_support import HALDEN
from outbox_support import problem_of


def put(scene: Scene, state: OrganisationState) -> None:
    with scene.store.begin() as work:
        work.identity.set_organisation_state(scene.members[HALDEN.name].org_id, state)


def test_nothing_of_a_suspended_organisation_is_begun(scene: Scene) -> None:
    paying = scene.pay(700)
    put(scene, OrganisationState.SUSPENDED)
    scene.turns()
    assert scene.state(paying) is CommandState.REFUSED
    assert problem_of(scene.store, paying)["code"] == "OrganisationSuspended"
    assert scene.paid() == []

    put(scene, OrganisationState.ACTIVE)
    again = scene.pay(700)
    scene.turns()
    assert scene.state(again) is CommandState.DONE
    assert scene.paid() == [700]
