"""Writes the typed client from the service's OpenAPI document, or says where the committed one differs.

    scripts/build_client [--check]

One method an operation, one TypedDict a schema. What the document does not say precisely becomes `Any`, which
the type checker lets pass: exact schemas are the service's to give.
"""

from __future__ import annotations

import argparse
import json
import keyword
import re
import subprocess
import sys
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from counterfoil.entrypoints.http.document import openapi_document

PACKAGE = Path(__file__).resolve().parents[2] / "backend" / "counterfoil" / "client"
WIDTH = 100
METHODS = ("get", "post", "put", "patch", "delete")
# Set by the transport, not by callers of a method.
CARRIED_HEADERS = frozenset({"idempotency-key", "prefer", "authorization", "x-request-id", "traceparent"})
PLAIN = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}
Schema = Mapping[str, Any]


def class_name(reference: str) -> str:
    """The Python name of a schema."""
    words = re.split(r"[^A-Za-z0-9]+", reference.rsplit("/", 1)[-1])
    return "".join(word[:1].upper() + word[1:] for word in words if word)


def type_of(schema: Schema | None) -> str:
    """A schema as a type expression."""
    if not schema:
        return "Any"
    if "$ref" in schema:
        return class_name(schema["$ref"])
    values = [schema["const"]] if "const" in schema else schema.get("enum")
    if values is not None:
        return f"Literal[{', '.join(repr(value) for value in values)}]"
    union = schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf", ())
    if union and ("allOf" not in schema or len(union) == 1):
        return " | ".join(dict.fromkeys(type_of(each) for each in union))
    return _by_keyword(schema)


def _by_keyword(schema: Schema) -> str:
    kind = schema.get("type")
    if isinstance(kind, list):
        return " | ".join(type_of({**schema, "type": each}) for each in kind)
    if kind == "array":
        return f"list[{type_of(schema.get('items'))}]"
    if kind == "object":
        values = schema.get("additionalProperties")
        return f"dict[str, {type_of(values) if isinstance(values, Mapping) else 'Any'}]"
    return PLAIN.get(str(kind), "Any")


def comment(text: str, indent: str) -> Iterator[str]:
    """A description as comment lines."""
    for paragraph in text.strip().splitlines():
        yield from textwrap.wrap(
            paragraph.strip(), WIDTH, initial_indent=f"{indent}# ", subsequent_indent=f"{indent}# "
        )


def docstring(text: str, indent: str) -> Iterator[str]:
    """A description as a docstring."""
    lines: list[str] = []
    for paragraph in (text.strip() or "No description.").splitlines():
        lines += textwrap.wrap(paragraph.strip(), WIDTH - len(indent)) or [""]
    lines[0] = f'"""{lines[0]}'
    if len(lines) == 1:
        yield f'{indent}{lines[0]}"""'
        return
    for line in lines:
        yield f"{indent}{line}".rstrip()
    yield f'{indent}"""'


def models(document: Schema) -> Iterator[str]:
    """The source of models.py."""
    yield '"""The bodies of the service, one class a schema. Written by scripts/build_client; do not edit."""'
    yield ""
    yield "from __future__ import annotations"
    yield ""
    yield "from typing import Any, Literal, NotRequired, TypedDict"
    yield ""
    for name, schema in sorted(document["components"]["schemas"].items()):
        yield ""
        yield from _model(class_name(name), schema)


def _model(name: str, schema: Schema) -> Iterator[str]:
    properties = schema.get("properties")
    if not isinstance(properties, Mapping):
        yield f"{name} = {type_of(schema)}"
        yield ""
        return
    required = set(schema.get("required", ()))
    if not all(field.isidentifier() and not keyword.iskeyword(field) for field in properties):
        fields = ", ".join(
            f"{field!r}: {_field(properties[field], field in required)}" for field in properties
        )
        yield f"{name} = TypedDict({name!r}, {{{fields}}})"
        yield ""
        return
    yield f"class {name}(TypedDict):"
    yield from docstring(str(schema.get("description") or schema.get("title") or name), "    ")
    if properties:
        yield ""
    for field, described in properties.items():
        yield from comment(str(described.get("description", "")), "    ")
        yield f"    {field}: {_field(described, field in required)}"
    yield ""


def _field(schema: Schema, required: bool) -> str:
    return type_of(schema) if required else f"NotRequired[{type_of(schema)}]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A path or query parameter, or a header that the caller sets."""

    name: str
    place: str
    python_name: str
    type: str
    required: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """One operation as a method of the client."""

    name: str
    verb: str
    path: str
    summary: str
    parameters: tuple[Parameter, ...]
    body: tuple[str, str] | None
    body_required: bool
    answer: str
    waits: bool


def methods(document: Schema) -> list[Method]:
    """Every operation under /v1, by name. Raises ValueError where two have one name."""
    found: dict[str, Method] = {}
    for path, operations in document["paths"].items():
        for verb in METHODS:
            if verb in operations and path.startswith("/v1"):
                method = _method(path, verb, operations[verb], operations.get("parameters", ()))
                if method.name in found:
                    raise ValueError(f"operation {method.name} stands twice in the document")
                found[method.name] = method
    return [found[name] for name in sorted(found)]


def python_name(name: str) -> str:
    """A parameter's name as Python takes it."""
    plain = re.sub(r"\W", "_", name).lower()
    return f"{plain}_" if keyword.iskeyword(plain) else plain


def _method(path: str, verb: str, operation: Schema, shared: Iterable[Schema]) -> Method:
    stated = [*shared, *operation.get("parameters", ())]
    parameters = tuple(
        Parameter(
            name=each["name"],
            place=each["in"],
            python_name=python_name(each["name"]),
            type=type_of(each.get("schema")),
            required=bool(each.get("required")),
        )
        for each in stated
        if each["in"] in ("path", "query")
        or (each["in"] == "header" and each["name"].lower() not in CARRIED_HEADERS)
    )
    body = operation.get("requestBody")
    return Method(
        name=operation["operationId"],
        verb=verb.upper(),
        path=path,
        summary=str(operation.get("description") or operation.get("summary") or operation["operationId"]),
        parameters=parameters,
        body=None if body is None else _body(body["content"]),
        body_required=body is not None and bool(body.get("required")),
        answer=_answer(operation["responses"]),
        waits=any(each["name"].lower() == "prefer" for each in stated),
    )


def _body(content: Mapping[str, Any]) -> tuple[str, str]:
    """Kind of body (json, multipart, raw) and its type."""
    if "application/json" in content:
        return "json", type_of(content["application/json"].get("schema"))
    if "multipart/form-data" in content:
        return "multipart", "Sequence[FormFile]"
    return "raw", "bytes"


def _answer(responses: Mapping[str, Any]) -> str:
    kinds = []
    for code, response in responses.items():
        if code.startswith("2"):
            content = response.get("content")
            if not content:
                kinds.append("None")
            elif "application/json" in content:
                kinds.append(type_of(content["application/json"].get("schema")))
            elif any(name.startswith("text/") for name in content):
                kinds.append("str")
            else:
                kinds.append("bytes")
    return " | ".join(dict.fromkeys(kinds)) or "Any"


def api(found: list[Method], names: Iterable[str]) -> Iterator[str]:
    """The source of api.py."""
    used = sorted(name for name in names if any(_uses(method, name) for method in found))
    yield '"""The client: one method an operation. Written by scripts/build_client; do not edit."""'
    yield ""
    yield "from __future__ import annotations"
    yield ""
    yield "from collections.abc import Sequence"
    yield "from typing import Any, Literal, cast"
    yield ""
    yield "from counterfoil.client.models import ("
    yield from (f"    {name}," for name in used)
    yield ")"
    yield "from counterfoil.client.transport import FormFile, Transport, segment"
    yield ""
    yield ""
    yield "class Client(Transport):"
    yield '    """Every operation. A write takes an idempotency key: repeat it to repeat the write."""'
    yield ""
    yield "    __slots__ = ()"
    for method in found:
        yield ""
        yield from _source(method)


def _uses(method: Method, name: str) -> bool:
    types = [method.answer, *(each.type for each in method.parameters), *(method.body or ())]
    return any(re.search(rf"\b{name}\b", each) for each in types)


def _source(method: Method) -> Iterator[str]:
    positional = [each for each in method.parameters if each.place == "path"]
    named = [each for each in method.parameters if each.place != "path"]
    signature = ["self", *(f"{each.python_name}: {each.type}" for each in positional)]
    if method.body is not None:
        signature.append(f"body: {method.body[1]}" + ("" if method.body_required else " | None = None"))
    keywords = [f"{each.python_name}: {each.type}" if each.required else _optional(each) for each in named]
    if method.body is not None and method.body[0] == "raw":
        keywords.append('media_type: str = "application/octet-stream"')
    if method.verb != "GET":
        keywords.append("idempotency_key: str | None = None")
    if method.waits:
        keywords.append("wait_s: int | None = None")
    if keywords:
        signature += ["*", *keywords]
    yield f"    def {method.name}("
    yield from (f"        {each}," for each in signature)
    yield f"    ) -> {method.answer}:"
    yield from docstring(method.summary, "        ")
    yield "        answer = self.request("
    yield from (f"            {each}," for each in _arguments(method, positional, named))
    yield "        )"
    yield (
        f"        return cast({method.answer!r}, answer.body)"
        if method.answer != "None"
        else "        del answer"
    )


def _optional(parameter: Parameter) -> str:
    kind = parameter.type if "None" in parameter.type.split(" | ") else f"{parameter.type} | None"
    return f"{parameter.python_name}: {kind} = None"


def _arguments(method: Method, positional: list[Parameter], named: list[Parameter]) -> Iterator[str]:
    path = method.path
    for each in positional:
        value = each.python_name if each.type == "int" else f"segment({each.python_name})"
        path = path.replace(f"{{{each.name}}}", f"{{{value}}}")
    yield f'"{method.verb}"'
    yield f'f"{path}"' if positional else f'"{path}"'
    query = [each for each in named if each.place == "query"]
    if query:
        yield "query={" + ", ".join(f"{each.name!r}: {each.python_name}" for each in query) + "}"
    if method.body is not None:
        kind = method.body[0]
        if kind == "json":
            yield "body=body"
        elif kind == "multipart":
            yield "files=body"
        else:
            yield "content=body"
            yield "media_type=media_type"
    headers = [each for each in named if each.place == "header"]
    if headers:
        pairs = ", ".join(f"({each.name!r}, {each.python_name})" for each in headers)
        yield f"headers={{name: value for name, value in ({pairs},) if value is not None}}"
    if method.verb != "GET":
        yield "idempotency_key=idempotency_key"
    if method.waits:
        yield "wait_s=wait_s"


def table(found: list[Method], document: Schema) -> str:
    """operations.json: the same operations as values, for programs that offer all of them."""
    rows = []
    for method in found:
        operation = document["paths"][method.path][method.verb.lower()]
        rows.append(
            {
                "name": method.name,
                "resource": _resource(operation),
                "verb": method.verb,
                "path": method.path,
                "summary": method.summary.strip().splitlines()[0],
                "path_fields": _parameter_fields(operation, document, method.path, "path"),
                "query_fields": _parameter_fields(operation, document, method.path, "query"),
                "body": None if method.body is None else method.body[0],
                "body_fields": _body_fields(operation, document),
                "waits": method.waits,
            }
        )
    return json.dumps(rows, ensure_ascii=False, indent=1) + "\n"


def _resource(operation: Schema) -> str:
    return str(operation.get("tags", ["service"])[0]).replace(" ", "-")


def _parameter_fields(operation: Schema, document: Schema, path: str, place: str) -> list[dict[str, Any]]:
    shared = document["paths"][path].get("parameters", ())
    return [
        _field_row(each["name"], each.get("schema", {}), bool(each.get("required")), each.get("description"))
        for each in (*shared, *operation.get("parameters", ()))
        if each["in"] == place
    ]


def _body_fields(operation: Schema, document: Schema) -> list[dict[str, Any]]:
    content = operation.get("requestBody", {}).get("content", {})
    schema = resolved(content.get("application/json", {}).get("schema", {}), document)
    required = schema.get("required", ())
    return [
        _field_row(name, described, name in required, described.get("description"))
        for name, described in schema.get("properties", {}).items()
    ]


def resolved(schema: Schema, document: Schema) -> Schema:
    """The schema behind a reference."""
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
    return schema


def _field_row(name: str, schema: Schema, required: bool, description: str | None) -> dict[str, Any]:
    kind = type_of(schema).removesuffix(" | None").removeprefix("None | ")
    choices: list[str] = []
    if kind.startswith("Literal["):
        choices = re.findall(r"'([^']*)'", kind)
        kind = "str"
    if kind not in ("str", "int", "float", "bool"):
        kind = "json"
    stated = (description or schema.get("description") or "").strip()
    return {"name": name, "kind": kind, "required": required, "choices": choices, "description": stated}


def formatted(source: str, ruff: Path) -> str:
    """The source as ruff formats it, without imports that nothing uses."""
    for arguments in (["check", "--select", "F401,I", "--fix", "--quiet"], ["format"]):
        done = subprocess.run(
            [str(ruff), *arguments, "--stdin-filename", "client.py", "-"],
            input=source,
            capture_output=True,
            text=True,
            check=True,
            cwd=PACKAGE.parents[2],
        )
        source = done.stdout
    return source


def main() -> int:
    """Write the client, or compare it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing, fail where a file differs")
    asked = parser.parse_args()
    document = openapi_document()
    names = [class_name(name) for name in document["components"]["schemas"]]
    ruff = Path(sys.executable).with_name("ruff")
    sources = {
        "models.py": formatted("\n".join(models(document)), ruff),
        "api.py": formatted("\n".join(api(methods(document), names)), ruff),
        "operations.json": table(methods(document), document),
    }
    different = False
    for name, fresh in sources.items():
        path = PACKAGE / name
        if asked.check:
            if not path.is_file() or path.read_text(encoding="utf-8") != fresh:
                print(f"{path.relative_to(PACKAGE.parents[2])} is not what the OpenAPI document gives")
                different = True
        else:
            path.write_text(fresh, encoding="utf-8")
    return int(different)


if __name__ == "__main__":
    sys.exit(main())
