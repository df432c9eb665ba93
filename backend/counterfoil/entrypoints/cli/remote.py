"""The command line against a service: `counterfoil --server URL GROUP VERB ...`, through the typed client.

    export COUNTERFOIL_TOKEN=...
    counterfoil --server https://ledger.example note confirm 7 --face-minor 10000
    counterfoil --server https://ledger.example note list --limit 20

Every operation of the service is a command here, because the commands are made from the client's own list of
operations. A write waits for its command to finish, and repeats under one idempotency key where no answer
comes.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from counterfoil.client import Client, NoAnswerError, ProblemError
from counterfoil.client.operation import Field, Operation, operations
from counterfoil.entrypoints.cli.server_option import SERVER_OPTION
from counterfoil.settings import Settings

_DEFAULT_WAIT_S = 30
_IRREGULAR = {"parties": "party", "policies": "policy", "facilities": "facility", "deliveries": "delivery"}
_FLAGS = {"true": True, "false": False}

_out = Console(highlight=False)
_errors = Console(stderr=True, highlight=False)


def singular(resource: str) -> str:
    """The group's name on the command line: 'notes' becomes 'note', 'api-tokens' becomes 'api-token'."""
    if resource in _IRREGULAR:
        return _IRREGULAR[resource]
    return resource.removesuffix("s") if not resource.endswith("ss") else resource


def grouped(operations: Iterable[Operation]) -> dict[str, dict[str, Operation]]:
    """Operations by group and verb. A verb that two would share keeps the operation's whole name."""
    found: dict[str, dict[str, Operation]] = {}
    for operation in operations:
        group = singular(operation.resource)
        noun = group.replace("-", "_")
        plural = operation.resource.replace("-", "_")
        verb = re.sub(rf"(^|_)({plural}|{noun})(?=_|$)", "", operation.name).strip("_") or operation.name
        verbs = found.setdefault(group, {})
        name = verb.replace("_", "-")
        verbs[operation.name.replace("_", "-") if name in verbs else name] = operation
    return found


def run_remote(server: str, arguments: Sequence[str]) -> int:
    """Carry one command out; the exit code is 0 where it took effect, 1 where it was refused."""
    asked = _parser(server).parse_args(arguments)
    operation: Operation = asked.operation
    token = Settings().token
    try:
        with Client(server, token=None if token is None else token.get_secret_value()) as client:
            found = _call(client, operation, asked)
    except ProblemError as refused:
        _show_problem(refused)
        return 1
    except NoAnswerError as silent:
        _errors.print(f"[red]No answer:[/] {escape(str(silent))}", soft_wrap=True)
        return 1
    if asked.json:
        _write_json(found)
    else:
        _show(found)
    return 0


def _parser(server: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=f"counterfoil {SERVER_OPTION} {server}", description="Every operation of the service."
    )
    groups = parser.add_subparsers(metavar="GROUP", required=True)
    for group, verbs in sorted(grouped(operations()).items()):
        of_group = groups.add_parser(group, help=", ".join(sorted(verbs)))
        commands = of_group.add_subparsers(metavar="VERB", required=True)
        for verb, operation in sorted(verbs.items()):
            summary = operation.summary.replace("%", "%%")
            command = commands.add_parser(verb, help=summary, description=summary)
            command.set_defaults(operation=operation)
            _add_arguments(command, operation)
    return parser


def _add_arguments(command: argparse.ArgumentParser, operation: Operation) -> None:
    for each in operation.path_fields:
        command.add_argument(each.name, metavar=each.name.upper(), type=_reader(each), help=_help(each))
    for each in operation.query_fields:
        _add_option(command, each, required=each.required)
    if operation.body == "json":
        command.add_argument("--body", metavar="FILE", help="the whole body as JSON; - reads standard input")
        for each in operation.body_fields:
            _add_option(command, each, required=False)
    elif operation.body is not None:
        command.add_argument("file", metavar="FILE", nargs="+", type=Path, help="file to send")
        command.add_argument("--media-type", default="application/octet-stream")
    if operation.verb != "GET":
        command.add_argument("--idempotency-key", help="repeat the key to repeat the write")
    if operation.waits:
        command.add_argument(
            "--wait",
            type=int,
            default=_DEFAULT_WAIT_S,
            metavar="SECONDS",
            help=f"wait for the command to finish; default {_DEFAULT_WAIT_S}",
        )
    command.add_argument("--json", action="store_true", help="write JSON for programs")


def _add_option(command: argparse.ArgumentParser, each: Field, *, required: bool) -> None:
    option = f"--{each.name.replace('_', '-')}"
    command.add_argument(
        # A field may have the name of an option that every command has.
        f"--field-{option[2:]}" if option in ("--json", "--wait", "--body") else option,
        dest=f"field_{each.name}",
        type=_reader(each),
        choices=each.choices or None,
        required=required,
        metavar=None if each.choices else each.kind.upper(),
        help=_help(each),
    )


def _help(each: Field) -> str:
    return (each.description or each.name).replace("%", "%%")


def _reader(each: Field) -> Any:
    match each.kind:
        case "int":
            return int
        case "float":
            return float
        case "bool":
            return _flag
        case "json":
            return _json
        case "str":
            return str


def _flag(text: str) -> bool:
    if text.lower() not in _FLAGS:
        raise argparse.ArgumentTypeError("write true or false")
    return _FLAGS[text.lower()]


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no JSON") from None


def _call(client: Client, operation: Operation, asked: argparse.Namespace) -> Any:
    given = vars(asked)
    path = operation.path
    for each in operation.path_fields:
        path = path.replace(f"{{{each.name}}}", quote(str(given[each.name]), safe=""))
    query = {each.name: given[f"field_{each.name}"] for each in operation.query_fields}
    answer = client.request(
        operation.verb,
        path,
        query=query,
        body=_body(operation, given) if operation.body == "json" else None,
        content=asked.file[0].read_bytes() if operation.body == "raw" else None,
        media_type=asked.media_type if operation.body == "raw" else None,
        files=(
            [("files", (each.name, each.read_bytes(), asked.media_type)) for each in asked.file]
            if operation.body == "multipart"
            else None
        ),
        idempotency_key=given.get("idempotency_key"),
        wait_s=given.get("wait"),
    )
    return answer.body


def _body(operation: Operation, given: Mapping[str, Any]) -> dict[str, Any]:
    body: dict[str, Any] = {}
    if given["body"] is not None:
        text = sys.stdin.read() if given["body"] == "-" else Path(given["body"]).read_text(encoding="utf-8")
        body = json.loads(text)
    for each in operation.body_fields:
        value = given[f"field_{each.name}"]
        if value is not None:
            body[each.name] = value
    return body


def _show_problem(refused: ProblemError) -> None:
    sentence = refused.detail[:1].upper() + refused.detail[1:].rstrip(".")
    _errors.print(
        f"[red]Refused:[/] {escape(sentence)}. [dim]({escape(refused.code or str(refused.http_code))})[/]",
        soft_wrap=True,
    )
    for each in refused.errors:
        _errors.print(
            f"  {escape(str(each.get('field')))}: {escape(str(each.get('reason')))}", soft_wrap=True
        )
    if refused.remedy:
        _errors.print(escape(refused.remedy), soft_wrap=True)


def _show(found: Any) -> None:
    """A list as a table of its plain fields, anything else as one line a field."""
    items = found.get("items") if isinstance(found, dict) else None
    if isinstance(items, list):
        _show_table(items)
        if found.get("next_cursor"):
            _out.print(f"[dim]more: --cursor {escape(found['next_cursor'])}[/]", soft_wrap=True)
        return
    if isinstance(found, dict):
        for name, value in found.items():
            if value not in (None, [], {}):
                _out.print(f"[bold]{escape(name)}[/]: {escape(_plain(value))}", soft_wrap=True)
        return
    if found is not None:
        sys.stdout.write(found if isinstance(found, str) else _plain(found))


def _show_table(items: list[Any]) -> None:
    rows = [item for item in items if isinstance(item, dict)]
    columns = [
        name
        for name in dict.fromkeys(name for row in rows for name in row)
        if all(not isinstance(row.get(name), list) for row in rows)
    ]
    table = Table(*columns)
    for row in rows:
        table.add_row(*(escape(_plain(row.get(name))) for name in columns))
    _out.print(table)


def _plain(value: Any) -> str:
    if isinstance(value, dict) and set(value) == {"amount_minor", "currency"}:
        return f"{value['amount_minor']} {value['currency']} (minor units)"
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    return "" if value is None else str(value)


def _write_json(found: Any) -> None:
    if isinstance(found, bytes):
        sys.stdout.buffer.write(found)
        return
    sys.stdout.write(
        found if isinstance(found, str) else json.dumps(found, ensure_ascii=False, indent=2) + "\n"
    )
