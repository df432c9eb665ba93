"""The phases of a measurement: each keeps up one load for a time and says what it found."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from network_load.drive import Drive
from network_load.figures import operations_between, rates
from network_load.mix import FILLING, MIXED, SINGLE_RECORDS, Mix
from network_load.plain_token import TokenLoad
from network_load.processes import memory_over, use_between, validators_cpu_s
from network_load.relaying import BATCH
from network_load.stage import Stage
from network_load.stories import Story

_FINISH_WITHIN_S = 300.0
_FILL_AT_ONCE = 48


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """How hard a phase presses. at_work: notes that something happens to at a time. tenor_s: from a note's
    opening to its maturity, longer than all its other steps take. stories_a_second: begin notes evenly
    instead.
    """

    at_work: int
    tenor_s: int = 45
    stories_a_second: float | None = None


def keep_up(
    stage: Stage,
    drive: Drive,
    *,
    warm_up_s: float,
    seconds: float,
    before_finish: Callable[[], None] = lambda: None,
) -> dict[str, Any]:
    """One load: warm-up, measured time, and the end of all that was begun."""
    with stage.pipeline(drive.take) as sends:
        drive.run(sends, until_s=time.monotonic() + warm_up_s)
        first = stage.watch.look()
        begun = drive.begun
        drive.run(sends, until_s=first.at_s + seconds)
        last = stage.watch.look()
        begun = drive.begun - begun
        before_finish()
        drive.finish(sends, within_s=_FINISH_WITHIN_S)
    found = rates(drive.records, first.at_s, last.at_s)
    operations = operations_between(drive.records, first.at_s, last.at_s)
    spent = validators_cpu_s(last) - validators_cpu_s(first)
    blocks = stage.blocks.between(first.at_s, last.at_s)
    return {
        "warm_up_seconds": warm_up_s,
        **found,
        **({"first_failures": drive.records.failures[:5]} if drive.records.failures else {}),
        "notes_begun_a_second": round(begun / (last.at_s - first.at_s), 3),
        "validators_cpu_us_an_operation": round(spent * 1e6 / operations, 1),
        "use": use_between(first, last),
        "memory_mib": memory_over(stage.watch.samples, first.at_s, last.at_s),
        "blocks": {
            "count": len(blocks),
            "most_transactions": max((each[2] for each in blocks), default=0),
            "mean_seconds_apart": round((last.at_s - first.at_s) / max(1, len(blocks)), 3),
        },
    }


def mixed(stage: Stage, load: Load, *, warm_up_s: float, seconds: float, mix: Mix = MIXED) -> dict[str, Any]:
    """The whole mix; parties send everything themselves. The warm-up is never shorter than the notes' tenor,
    so that settlements have their full share of what is measured.
    """

    def story() -> Story:
        return stage.note_story(mix, tenor_s=load.tenor_s)

    drive = stage.drive(story, at_work=load.at_work, stories_a_second=load.stories_a_second)
    return {
        "at_work": load.at_work if load.stories_a_second is None else None,
        "tenor_seconds": load.tenor_s,
        **keep_up(stage, drive, warm_up_s=max(warm_up_s, load.tenor_s + 10.0), seconds=seconds),
    }


def single_records(
    stage: Stage, *, at_work: int, warm_up_s: float, seconds: float, relayed: bool
) -> dict[str, Any]:
    """Operations of one record alone, sent by the parties' keys or relayed as instructions that they "
    "signed."""

    def story() -> Story:
        return stage.note_story(SINGLE_RECORDS, tenor_s=0)

    drive = stage.drive(story, at_work=at_work, relay=stage.relay() if relayed else None)
    found = keep_up(stage, drive, warm_up_s=warm_up_s, seconds=seconds)
    return {"instructions_a_transaction": BATCH if relayed else None, "at_work": at_work, **found}


def plain_transfers(stage: Stage, *, at_work: int, warm_up_s: float, seconds: float) -> dict[str, Any]:
    """The engine's own ceiling."""
    token = TokenLoad(stage.web3, stage.cast)
    drive = stage.drive(token.new_story, at_work=at_work, token=token.address)
    found = keep_up(stage, drive, warm_up_s=warm_up_s, seconds=seconds, before_finish=token.ends.set)
    return {**found, "balances_unlike": token.unlike(stage.nodes[0])}


def fill(stage: Stage, live_lots: int) -> dict[str, Any]:
    """Notes of 500 holders each until so many lots are live; how long that took."""
    missing = max(0, live_lots - stage.live_lots())
    notes = -(-missing // FILLING.lots)
    begun = time.monotonic()
    drive = stage.drive(lambda: stage.note_story(FILLING, tenor_s=0), at_work=_FILL_AT_ONCE)
    with stage.pipeline(drive.take) as sends:
        drive.tell(sends, stories=notes)
        drive.finish(sends, within_s=_FINISH_WITHIN_S)
    seconds = time.monotonic() - begun
    return {
        "lots_made": notes * FILLING.lots,
        "seconds": round(seconds, 1),
        "lots_a_second": round(notes * FILLING.lots / seconds) if notes else 0,
        "failures": len(drive.records.failures),
        "live_lots": stage.live_lots(),
    }


def steady(
    stage: Stage, *, stories_a_second: float, tenor_s: int, warm_up_s: float, seconds: float
) -> dict[str, Any]:
    """The mix at an even rate: what a request waits for, and what an operation costs, with so many live
    lots.
    """
    live = stage.live_lots()
    load = Load(at_work=1, tenor_s=tenor_s, stories_a_second=stories_a_second)
    found = mixed(stage, load, warm_up_s=warm_up_s, seconds=seconds)
    return {"live_lots_before": live, "stories_a_second": round(stories_a_second, 3), **found}


def described(mix: Mix) -> dict[str, Any]:
    """A mix for the result file."""
    return {
        "why": mix.why,
        "records_of_a_note": {kind.value: count for kind, count in mix.records.items()},
        "records": sum(mix.records.values()),
        "transactions": mix.transactions,
        "lots": mix.lots,
    }
