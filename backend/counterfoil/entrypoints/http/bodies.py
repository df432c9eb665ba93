"""Reading JSON bodies: strictly, and every fault with the pointer of its field."""

from __future__ import annotations

from typing import Any, TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError

from counterfoil.domain.errors import DomainError
from counterfoil.entrypoints.http.http_refusals import JSON_MALFORMED, MEDIA_TYPE_UNSUPPORTED
from counterfoil.entrypoints.http.problems import BodyInvalid, FieldFault, pointer, reason_of

Model = TypeVar("Model", bound=BaseModel)


async def read_json(request: Request, model: type[Model]) -> Model:
    """The body as `model` wants it. An empty body stands for an empty object.

    Raises DomainError MediaTypeUnsupported, JsonMalformed, RequestInvalid, and HTTPException 413.
    """
    content = await request.body()
    stated = request.headers.get("content-type", "")
    if content and stated.partition(";")[0].strip().lower() != "application/json":
        raise DomainError(MEDIA_TYPE_UNSUPPORTED, stated=stated[:60] or "nothing", wanted="application/json")
    return validated(model, content or b"{}")


def validated(model: type[Model], content: bytes | str) -> Model:
    """The model of a JSON text. Raises DomainError JsonMalformed or RequestInvalid."""
    try:
        return model.model_validate_json(content)
    except ValidationError as unfit:
        raise invalid(unfit) from unfit


def made(model: type[Model], **fields: Any) -> Model:
    """The model of values that were read already. Raises DomainError RequestInvalid."""
    try:
        return model(**fields)
    except ValidationError as unfit:
        raise invalid(unfit) from unfit


def invalid(unfit: ValidationError) -> DomainError:
    """What is wrong with a body."""
    faults = unfit.errors(include_url=False, include_input=False)
    for fault in faults:
        if fault["type"] == "json_invalid":
            return DomainError(JSON_MALFORMED, reason=str(fault.get("ctx", {}).get("error", "")))
    return BodyInvalid([FieldFault(field=pointer(fault["loc"]), reason=reason_of(fault)) for fault in faults])
