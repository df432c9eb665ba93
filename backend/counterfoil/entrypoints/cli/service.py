"""`counterfoil service`: setting the service's first organisation up."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from counterfoil.domain.errors import DomainError
from counterfoil.domain.passwords import PASSWORD_UNFIT
from counterfoil.entrypoints.session import JsonOption, say, session_of, write_json

PASSWORD_VARIABLE = "COUNTERFOIL_OPERATOR_PASSWORD"  # noqa: S105 - the name of a variable, not its value

service_app = typer.Typer(help="The service's own settings and its operator.", no_args_is_help=True)


@service_app.command("create-operator")
def create_operator_command(
    context: typer.Context,
    *,
    login: Annotated[str, typer.Option(help="What the administrator types to log in.")],
    name: Annotated[str, typer.Option(help="The administrator's name.")] = "Administrator",
    organisation: Annotated[str, typer.Option(help="The operator's name.")] = "Operator",
    password_file: Annotated[
        Path | None,
        typer.Option(
            help=f"File whose first line is the password; else ${PASSWORD_VARIABLE}, else it is asked for.",
            exists=True,
            dir_okay=False,
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Create the organisation that operates the service, with an administrator. Once; the rest by the API."""
    # The store takes seconds to load, and help needs none.
    from counterfoil.bootstrap import open_store  # noqa: PLC0415 - the line above says why
    from counterfoil.usecases.identity.organisations import create_operator  # noqa: PLC0415 - likewise
    from counterfoil.usecases.identity.passwords import Passwords  # noqa: PLC0415 - likewise

    settings = session_of(context).settings
    password = _password(password_file)
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    store = open_store(settings)
    try:
        with store.begin() as work:
            created, admin = create_operator(
                work,
                Passwords(),
                name=organisation,
                login=login,
                display_name=name,
                password=password,
                now=datetime.now(UTC),
            )
    finally:
        store.close()
    if as_json:
        write_json({"org_id": created.org_id, "user_id": admin.user_id, "login": admin.login})
        return
    say(f"Created the operator {created.name} ({created.org_id}) with the administrator {admin.login}.")
    say("Log in with POST /v1/sessions, and create organisations with POST /v1/organisations.")


def _password(file: Path | None) -> str:
    if file is not None:
        lines = file.read_text(encoding="utf-8").splitlines()
        if not lines:
            raise DomainError(PASSWORD_UNFIT, reason="the file is empty")
        return lines[0]
    stated = os.environ.get(PASSWORD_VARIABLE)
    if stated is not None:
        return stated
    asked: str = typer.prompt("New password", hide_input=True, confirmation_prompt=True, err=True)
    return asked
