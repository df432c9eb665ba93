"""`counterfoil serve`: API and worker in the foreground, until SIGTERM or Ctrl-C."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from pydantic import SecretStr

from counterfoil.entrypoints.session import Session, console, session_of
from counterfoil.settings import Settings


def mount_serve(app: typer.Typer) -> None:
    """Add the command to the root."""
    app.command("serve")(_serve)


def mount_settings(app: typer.Typer) -> None:
    """Add `settings` to the commands about the service."""
    app.command("settings")(_settings)


def _serve(
    context: typer.Context,
    *,
    host: Annotated[
        str | None, typer.Option(help="Address to listen on; default: $COUNTERFOIL_HOST, or 127.0.0.1.")
    ] = None,
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Port; default: $COUNTERFOIL_PORT, or 8080.")
    ] = None,
    database: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="As the option of the root command.")
    ] = None,
    chain: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="JSON-RPC of a node; default: $COUNTERFOIL_CHAIN, or the embedded chain in the home.",
        ),
    ] = None,
    deploy: Annotated[
        bool,
        typer.Option("--deploy", help="Put the contracts on the node's chain if the home has no ledger."),
    ] = False,
) -> None:
    """Serve the API, and carry out what it accepts. Sets up what the home lacks at the first start."""
    # The supervisor needs neither chain nor store; the processes that it starts load them.
    from counterfoil.entrypoints.logs import log_to_stderr  # noqa: PLC0415 - with the line below
    from counterfoil.entrypoints.serving.handover import Handover  # noqa: PLC0415 - as above
    from counterfoil.entrypoints.serving.supervisor import Supervisor  # noqa: PLC0415 - as above

    session = session_of(context)
    settings = _with(session.settings, host=host, port=port, database=database, chain=chain)
    session = Session(settings)
    is_new = not settings.deployment_path.exists()
    passphrase = session.choose_passphrase("ledger") if is_new else session.passphrase("ledger")
    log_to_stderr(settings.log_level, libraries=True)
    _show(settings)
    handover = Handover(settings=settings, passphrase=SecretStr(passphrase), deploy=deploy)

    def say_where() -> None:
        where = f"[{settings.host}]" if ":" in settings.host else settings.host
        console.print(f"Serving on http://{where}:{settings.port}", markup=False, soft_wrap=True)

    Supervisor(handover).run(on_open=say_where)


def _settings(context: typer.Context) -> None:
    """Show the settings that are in force; secrets say only whether they are set."""
    _show(session_of(context).settings)


def _with(settings: Settings, *, host: Any, port: Any, database: str | None, chain: str | None) -> Settings:
    """The settings with what the command line says instead; checked like those of the environment."""
    given: dict[str, Any] = {name: getattr(settings, name) for name in settings.model_fields_set}
    given.update({name: value for name, value in (("host", host), ("port", port)) if value is not None})
    given.update(
        {
            name: SecretStr(value)
            for name, value in (("database", database), ("chain", chain))
            if value is not None
        }
    )
    # A service is watched: where nobody said otherwise, its log says more than a command's.
    given.setdefault("log_level", "INFO")
    return Settings(**given)


def _show(settings: Settings) -> None:
    for name, told in settings.summary().items():
        console.print(f"{name} = {told}", markup=False, soft_wrap=True)
