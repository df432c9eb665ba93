"""Progress while a demonstration works: a moving bar on a terminal, plain lines anywhere else."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

_SILENCE_S = 5.0

Advance = Callable[[], None]


class Teller:
    """Says what happens. remarks: everything that a reader of the result should know as well."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.remarks: list[str] = []

    def say(self, text: str) -> None:
        """One line for people; names are shown as they are, without markup."""
        self.console.print(escape(text), soft_wrap=True, highlight=False)

    def remark(self, text: str) -> None:
        """One line that also goes into the report and the JSON."""
        self.remarks.append(text)
        self.say(f"  note: {text}")

    @contextmanager
    def stage(self, title: str, total: int | None = None) -> Iterator[Advance]:
        """A step that takes a while. The function that it gives is called once for each thing done."""
        began = time.monotonic()
        done = 0
        if self.console.is_terminal:
            with self._bar() as bar:
                task = bar.add_task(escape(title), total=total)

                def advance() -> None:
                    nonlocal done
                    done += 1
                    bar.advance(task)

                yield advance
        else:
            self.say(f"{title} ..." if total is None else f"{title}: {total} ...")
            told = began

            def tell() -> None:
                nonlocal done, told
                done += 1
                if time.monotonic() - told > _SILENCE_S:
                    told = time.monotonic()
                    self.say(f"  {done} done" if total is None else f"  {done} of {total}")

            yield tell
        count = f"{done}, " if done else ""
        self.say(f"✓ {title} ({count}{time.monotonic() - began:.1f} s)")

    def _bar(self) -> Progress:
        return Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self.console,
            transient=True,
        )
