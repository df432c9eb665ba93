"""Parts of the reference page: one operation with its parameters, fields, example and answers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

STYLE = """
:root{color-scheme:light dark;--ink:#1a1f24;--faint:#5b6670;--line:#d8dde2;--paper:#fff;--soft:#f4f6f8;
--get:#1f6f43;--post:#174ea6;--change:#8a5300;--delete:#9b1c1c}
@media(prefers-color-scheme:dark){:root{--ink:#e6e9ec;--faint:#9aa5af;--line:#343b42;--paper:#14181c;
--soft:#1d2227;--get:#6fcf97;--post:#8ab4f8;--change:#f2b661;--delete:#f28b82}}
*{box-sizing:border-box}
body{margin:0;display:flex;background:var(--paper);color:var(--ink);
font:15px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
nav{width:220px;flex:none;height:100vh;position:sticky;top:0;overflow:auto;padding:20px;
background:var(--soft);border-right:1px solid var(--line)}
nav ul{list-style:none;margin:0;padding:0}nav li{display:flex;justify-content:space-between;padding:2px 0}
nav span{color:var(--faint)}
main{max-width:880px;padding:24px 40px 80px;min-width:0}main.wide{max-width:1100px;margin:0 auto}
a{color:var(--post)}h1{font-size:26px;margin:.2em 0 .6em}
h2{font-size:19px;margin:2em 0 .6em;padding-bottom:.3em;border-bottom:1px solid var(--line)}
h2::first-letter{text-transform:uppercase}
h3{font-size:14px;margin:1.2em 0 .4em;color:var(--faint)}
details{border:1px solid var(--line);border-radius:6px;margin:8px 0}
summary{cursor:pointer;padding:8px 12px;display:flex;gap:12px;align-items:baseline;flex-wrap:wrap}
details[open]>summary{background:var(--soft);border-bottom:1px solid var(--line)}
details>div{padding:4px 16px 14px}
.method{font:600 12px ui-monospace,monospace;width:52px}.get{color:var(--get)}.post{color:var(--post)}
.put,.patch{color:var(--change)}.delete{color:var(--delete)}
code,pre{font:13px/1.5 ui-monospace,"SF Mono",Menlo,monospace}
pre{background:var(--soft);border-radius:6px;padding:12px;overflow:auto;margin:.4em 0}
.what{color:var(--faint);margin-left:auto}
table{border-collapse:collapse;width:100%;font-size:14px}
th,td{text-align:left;vertical-align:top;padding:5px 12px 5px 0;border-bottom:1px solid var(--line)}
th{font-weight:600;color:var(--faint)}td:first-child{white-space:nowrap}
.needed::after{content:" *";color:var(--delete)}
@media(max-width:760px){body{display:block}nav{width:auto;height:auto;position:static}main{padding:16px}}
"""
_CODE = re.compile(r"`([^`]+)`")
_DEEPEST = 4


def paragraphs(text: str) -> str:
    """Plain text with blank lines, lists and `code` as HTML."""
    found = []
    for block in text.strip().split("\n\n"):
        lines = block.splitlines()
        if lines and all(line.startswith("- ") for line in lines):
            found.append("<ul>" + "".join(f"<li>{_inline(line[2:])}</li>" for line in lines) + "</ul>")
        else:
            found.append(f"<p>{_inline(' '.join(lines))}</p>")
    return "".join(found)


def _inline(text: str) -> str:
    return _CODE.sub(r"<code>\1</code>", escape(text))


def operation_part(document: Mapping[str, Any], method: str, path: str, route: Mapping[str, Any]) -> str:
    """One operation, closed until it is opened."""
    name = escape(route["operationId"])
    inside = [
        paragraphs(route.get("description", "")),
        _parameters(document, route),
        _body(document, route),
        f"<h3>Example</h3><pre>{escape(_curl(document, method, path, route))}</pre>",
        _answers(route),
    ]
    return (
        f'<details id="{name}"><summary><span class="method {method}">{method.upper()}</span>'
        f'<code>{escape(path)}</code><span class="what">{escape(route.get("summary", ""))}</span></summary>'
        f"<div>{''.join(inside)}</div></details>"
    )


def _parameters(document: Mapping[str, Any], route: Mapping[str, Any]) -> str:
    rows = "".join(
        _row(
            each["name"],
            _type(document, each["schema"]),
            f"{each['in']}. {each.get('description', '')}",
            needed=each.get("required", False),
        )
        for each in route.get("parameters", ())
    )
    return f"<h3>Parameters</h3><table>{rows}</table>" if rows else ""


def _body(document: Mapping[str, Any], route: Mapping[str, Any]) -> str:
    content = route.get("requestBody", {}).get("content", {})
    found = []
    for media_type, body in content.items():
        rows = "".join(_fields(document, body.get("schema", {})))
        table = f"<table>{rows}</table>" if rows else ""
        found.append(f"<h3>Body, {escape(media_type)}</h3>{table}")
    return "".join(found)


def _fields(
    document: Mapping[str, Any], schema: Mapping[str, Any], prefix: str = "", depth: int = 0
) -> Iterator[str]:
    resolved = _resolved(document, schema)
    needed = set(resolved.get("required", ()))
    for name, field in resolved.get("properties", {}).items():
        shown = f"{prefix}{name}"
        yield _row(shown, _type(document, field), field.get("description", ""), needed=name in needed)
        inner, mark = _inner(document, field)
        if depth < _DEEPEST and inner.get("properties"):
            yield from _fields(document, inner, f"{shown}{mark}.", depth + 1)


def _inner(document: Mapping[str, Any], field: Mapping[str, Any]) -> tuple[Mapping[str, Any], str]:
    """What is inside a field, and whether there may be several."""
    resolved = _resolved(document, _stated(field))
    if "items" in resolved:
        return _resolved(document, resolved["items"]), "[]"
    return resolved, ""


def _stated(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """What may stand in an optional field."""
    choices = [each for each in schema.get("anyOf", ()) if each.get("type") != "null"]
    return choices[0] if choices else schema


def _resolved(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def _row(name: str, kind: str, description: str, *, needed: bool) -> str:
    mark = ' class="needed"' if needed else ""
    return (
        f"<tr><td><code{mark}>{escape(name)}</code></td><td>{escape(kind)}</td>"
        f"<td>{_inline(description)}</td></tr>"
    )


def _type(document: Mapping[str, Any], field: Mapping[str, Any]) -> str:
    stated = _resolved(document, _stated(field))
    if "enum" in stated:
        return " | ".join(str(each) for each in stated["enum"])
    kind = str(stated.get("type", "any"))
    if "items" in stated:
        return f"list of {_type(document, stated['items'])}"
    bounds = [
        f"{word} {stated[key]}"
        for key, word in (("minimum", "from"), ("maximum", "to"), ("maxLength", "at most"))
        if key in stated
    ]
    form = f" ({stated['format']})" if "format" in stated else ""
    return " ".join((kind + form, *bounds))


def _curl(document: Mapping[str, Any], method: str, path: str, route: Mapping[str, Any]) -> str:
    lines = [f"curl -X {method.upper()} https://counterfoil.example{_filled(document, path, route)}"]
    if route.get("security"):
        lines.append('-H "Authorization: Bearer $TOKEN"')
    if any(each["name"] == "Idempotency-Key" for each in route.get("parameters", ())):
        lines.append('-H "Idempotency-Key: erp-7-2026-11-22-000042"')
    content = route.get("requestBody", {}).get("content", {})
    if "application/json" in content:
        body = content["application/json"]
        example = body.get("example")
        if example is None:
            example = _example(document, body.get("schema", {}))
        lines.append('-H "Content-Type: application/json"')
        lines.append(f"-d '{json.dumps(example, ensure_ascii=False, indent=1)}'")
    elif "multipart/form-data" in content:
        schema = _resolved(document, content["multipart/form-data"]["schema"])
        lines += [f"-F {field}=@file" for field in schema.get("required", ())]
    return " \\\n  ".join(lines)


def _filled(document: Mapping[str, Any], path: str, route: Mapping[str, Any]) -> str:
    for each in route.get("parameters", ()):
        if each["in"] == "path":
            path = path.replace("{" + each["name"] + "}", str(_example(document, each["schema"])))
    return path


def _example(document: Mapping[str, Any], schema: Mapping[str, Any], depth: int = 0) -> Any:
    stated = _resolved(document, _stated(_resolved(document, schema)))
    told = next((each["examples"][0] for each in (schema, stated) if each.get("examples")), None)
    if told is not None:
        return told
    if "enum" in stated:
        return stated["enum"][0]
    if depth < _DEEPEST and "items" in stated:
        return [_example(document, stated["items"], depth + 1)]
    if depth < _DEEPEST and stated.get("properties"):
        return {name: _example(document, field, depth + 1) for name, field in stated["properties"].items()}
    return {"integer": 1, "boolean": True, "array": [], "object": {}}.get(str(stated.get("type")), "...")


def _answers(route: Mapping[str, Any]) -> str:
    rows = []
    for status, answer in sorted(route.get("responses", {}).items()):
        content = answer.get("content", {})
        schema: Mapping[str, Any] = next((each.get("schema", {}) for each in content.values()), {})
        name = schema.get("$ref", "").rpartition("/")[2] or schema.get("title", "")
        rows.append(_row(status, name, answer.get("description", ""), needed=False))
    return f"<h3>Answers</h3><table>{''.join(rows)}</table>"
