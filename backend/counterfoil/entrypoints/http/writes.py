"""One route for each operation, made from the registry, with signatures and bodies as OpenAPI has them."""

from __future__ import annotations

import inspect
from collections import defaultdict
from collections.abc import Awaitable, Callable
from functools import cache
from typing import Annotated, Any, get_type_hints

from fastapi import APIRouter, Path, Request
from pydantic import create_model
from starlette.responses import Response

from counterfoil.entrypoints.http.bodies import made, read_json
from counterfoil.entrypoints.http.command_resource import Command
from counterfoil.entrypoints.http.giving import CommandGiver, Maker, Prefer
from counterfoil.entrypoints.http.idempotency import REPLAYED, IdempotencyKey
from counterfoil.entrypoints.http.problems import problems
from counterfoil.entrypoints.http.segments import first_segment
from counterfoil.entrypoints.operations import Body, Operation, operations

LOCATION = {
    "Location": {"description": "Where the command is read.", "schema": {"type": "string"}},
    **REPLAYED,
}
COMMAND_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"model": Command, "description": "It is over (asked for with Prefer: wait)", "headers": LOCATION},
    202: {"model": Command, "description": "It is taken down, durably", "headers": LOCATION},
    **problems(400, 401, 403, 404, 409, 413, 415, 422),
}


def write_routers(giver: CommandGiver) -> tuple[APIRouter, ...]:
    """All operations that take a JSON body, those whose paths begin alike together."""
    routers: defaultdict[str, APIRouter] = defaultdict(APIRouter)
    for operation in operations():
        if not operation.takes_files:
            _add(routers[first_segment(operation.path)], operation, giver)
    return tuple(routers.values())


def _add(router: APIRouter, operation: Operation[Any], giver: CommandGiver) -> None:
    router.add_api_route(
        operation.path,
        _endpoint(operation, giver),
        methods=["POST"],
        operation_id=operation.name,
        name=operation.name,
        summary=operation.summary,
        description=described(operation),
        tags=[operation.resource],
        status_code=202,
        response_class=Response,
        responses=COMMAND_ANSWERS,
        openapi_extra={"requestBody": _request_body(operation)},
    )


def described(operation: Operation[Any]) -> str:
    """What the operation does and who may ask for it."""
    who = (
        "Members act for their own party."
        if operation.office is None
        else f"The operator acts for the office {operation.office.name.lower()}."
    )
    return f"{inspect.getdoc(operation.body) or ''}\n\n{who} Needs the scope write and the role maker."


def _endpoint(operation: Operation[Any], giver: CommandGiver) -> Callable[..., Awaitable[Response]]:
    stated = request_model(operation)

    async def endpoint(
        request: Request,
        principal: Maker,
        idempotency_key: IdempotencyKey,
        prefer: Prefer = None,
        **path: Any,
    ) -> Response:
        rest = await read_json(request, stated)
        body = whole_body(operation, path, rest)
        return await giver.give(request, principal, operation, body, key=idempotency_key, prefer=prefer)

    endpoint.__name__ = operation.name
    # FastAPI reads the signature: the path's parameters are known only here.
    own = inspect.signature(endpoint, eval_str=True)
    hints = get_type_hints(operation.body, include_extras=True)
    added = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=Annotated[hints[name], Path()])
        for name in operation.path_fields
    ]
    kept = [
        each.replace(kind=inspect.Parameter.KEYWORD_ONLY)
        for each in own.parameters.values()
        if each.kind is not inspect.Parameter.VAR_KEYWORD
    ]
    endpoint.__signature__ = own.replace(parameters=[*kept, *added])  # type: ignore[attr-defined]  # as inspect documents it
    return endpoint


@cache
def request_model(operation: Operation[Any]) -> type[Body]:
    """The body without what stands in the path."""
    if not operation.path_fields:
        model: type[Body] = operation.body
        return model
    fields: dict[str, Any] = {
        name: (field.annotation, field)
        for name, field in operation.body.model_fields.items()
        if name not in operation.path_fields
    }
    made: type[Body] = create_model(
        f"{operation.body.__name__}Request", __base__=Body, __doc__=operation.body.__doc__, **fields
    )
    return made


def whole_body(operation: Operation[Any], path: dict[str, Any], rest: Body) -> Body:
    """Path and body together. Raises DomainError RequestInvalid where they do not fit each other."""
    if not operation.path_fields:
        return rest
    stated = {name: getattr(rest, name) for name in type(rest).model_fields}
    body: type[Body] = operation.body
    return made(body, **path, **stated)


def example_of(operation: Operation[Any]) -> dict[str, Any]:
    """A body as a request has it."""
    return {name: value for name, value in operation.example().items() if name not in operation.path_fields}


def _request_body(operation: Operation[Any]) -> dict[str, Any]:
    model = request_model(operation)
    return {
        "required": any(field.is_required() for field in model.model_fields.values()),
        "content": {
            "application/json": {
                "schema": {"$ref": f"#/components/schemas/{model.__name__}"},
                "example": example_of(operation),
            }
        },
    }
