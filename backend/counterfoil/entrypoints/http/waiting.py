"""Waiting for commands: one look at the store for everybody who waits."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from fastapi.concurrency import run_in_threadpool

from counterfoil.domain.commands import CommandState
from counterfoil.entrypoints.http.service import HttpService
from counterfoil.ports.commands import CommandRecord

# These wait for people: a request that waited for them would mostly wait in vain.
_FOR_PEOPLE = frozenset({CommandState.AWAITING_APPROVAL, CommandState.AWAITING_SIGNATURE})


class CommandWatch:
    """Tells requests that their command is over, or waits for people."""

    def __init__(self, service: HttpService) -> None:
        self._service = service
        self._waiting: dict[str, list[asyncio.Future[CommandRecord]]] = {}
        self._task: asyncio.Task[None] | None = None

    async def wait(self, command_id: str, seconds: float) -> CommandRecord | None:
        """The command once it is over or waits for people; None where that takes longer."""
        future: asyncio.Future[CommandRecord] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(command_id, []).append(future)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._look())
        try:
            return await asyncio.wait_for(future, seconds)
        except TimeoutError:
            return None
        finally:
            waiting = self._waiting.get(command_id, [])
            if future in waiting:
                waiting.remove(future)
            if not waiting:
                self._waiting.pop(command_id, None)

    async def _look(self) -> None:
        while self._waiting:
            found = await run_in_threadpool(self._read, tuple(self._waiting))
            for command in found:
                if not (command.state.is_final or command.state in _FOR_PEOPLE):
                    continue
                for future in self._waiting.pop(command.command_id, []):
                    if not future.done():
                        future.set_result(command)
            await asyncio.sleep(self._service.poll_s)

    def _read(self, command_ids: Iterable[str]) -> tuple[CommandRecord, ...]:
        with self._service.store.read() as work:
            return work.commands.by_ids(command_ids)
