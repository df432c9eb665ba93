"""A workbench for use cases that only read: it has the read model and the store, neither chain nor keys."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, NoReturn, cast

from counterfoil.ports.service_store import ServiceUnitOfWork
from counterfoil.usecases.reading.read_side import ReadSide
from counterfoil.usecases.workbench import Workbench


class _Absent:
    """Stands for what the HTTP process does not have."""

    def __getattr__(self, name: str) -> NoReturn:
        raise TypeError(f"the reading side has nothing that could {name}")


class _Reads:
    """The store with every door opened for reading: no use case that reads waits for one that writes."""

    def __init__(self, read: Callable[[], AbstractContextManager[ServiceUnitOfWork]]) -> None:
        self.begin = self.concurrent = self.read = read


def reading_bench(side: ReadSide) -> Workbench:
    """For what asks and does not act; whatever would act raises TypeError."""
    absent: Any = _Absent()
    return Workbench(
        ledger=absent,
        store=cast(Any, _Reads(side.store.read)),
        keys=absent,
        read_model=side.model,
        read_document=absent,
        chain_now_s=lambda: 0,
    )
