"""What is to be done on which day: the clock goes from one appointment to the next, and never back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from counterfoil.bootstrap import OpenLedger
from counterfoil.entrypoints.demo.telling import Teller


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment:
    """Something that waits for its time. at: UTC; one that is past is kept at once."""

    at: datetime
    act: Callable[[], None]


def keep(ledger: OpenLedger, appointments: Iterable[Appointment], teller: Teller) -> None:
    """Keep all of them in the order of their times; those of one time in the order given."""
    for appointment in sorted(appointments, key=lambda each: each.at):
        _advance(ledger, appointment.at, teller)
        appointment.act()


def _advance(ledger: OpenLedger, moment: datetime, teller: Teller) -> None:
    seconds = int(moment.timestamp()) - ledger.bench.chain_now_s()
    if seconds > 0:
        ledger.advance_time(seconds)
        teller.say(f"  the clock is advanced to {ledger.bench.now():%Y-%m-%d %H:%M} UTC")
