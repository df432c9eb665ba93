"""Whether a command is for a service, said without loading what a service needs."""

from __future__ import annotations

from collections.abc import Sequence

SERVER_OPTION = "--server"


def remote_arguments(arguments: Sequence[str]) -> tuple[str, list[str]] | None:
    """The service's address and what is asked of it; None where the command is not for a service.

    Only a leading --server makes it so: a local command never reaches a service by accident.
    """
    if not arguments:
        return None
    first, *rest = arguments
    if first.startswith(f"{SERVER_OPTION}="):
        return first.removeprefix(f"{SERVER_OPTION}="), rest
    if first == SERVER_OPTION and rest:
        return rest[0], rest[1:]
    return None
