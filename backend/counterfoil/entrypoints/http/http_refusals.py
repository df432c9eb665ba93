"""What the HTTP side refuses before any rule of the business is asked, and how it tells its own faults."""

from __future__ import annotations

from counterfoil.domain.errors import declare

ROUTE_UNKNOWN = declare(
    "PathUnknown",
    "there is nothing at {path}",
    "The reference page at /docs lists all addresses.",
)
METHOD_NOT_ALLOWED = declare(
    "MethodNotAllowed",
    "{method} is not possible at {path}",
    "The header Allow of this answer lists what is.",
)
BODY_TOO_LARGE = declare(
    "BodyTooLarge",
    "the body has more than {limit_bytes} bytes",
    "Divide it into several requests.",
)
MEDIA_TYPE_UNSUPPORTED = declare(
    "MediaTypeUnsupported",
    "the body is said to be {stated}; it must be {wanted}",
    "State the type of the body in the header Content-Type.",
)
JSON_MALFORMED = declare(
    "JsonMalformed",
    "the body is no JSON: {reason}",
    "Send one JSON object in UTF-8.",
)
REQUEST_INVALID = declare(
    "RequestInvalid",
    "{count} fields of the request cannot be accepted",
    "Correct the fields that `errors` names; the reference page at /docs has an example of every request.",
)
REQUEST_MALFORMED = declare(
    "RequestMalformed",
    "the request cannot be read: {reason}",
    "Compare it with the reference page at /docs.",
)
IDEMPOTENCY_KEY_MISSING = declare(
    "IdempotencyKeyMissing",
    "the header Idempotency-Key is missing",
    "Send at most 255 visible characters that name this very request, and the same when you repeat it.",
)
NOT_FOR_ORGANISATION = declare(
    "NotForOrganisation",
    "the operation {operation} is for {whom}",
    "Have it done by the organisation that it is for.",
)
SERVICE_FAILED = declare(
    "ServiceFailed",
    "the service met a fault of its own; nothing is known to have been done",
    "Give the correlation id to whoever runs the service. A write may be repeated under the same key.",
)
SERVICE_UNAVAILABLE = declare(
    "ServiceUnavailable",
    "the service cannot answer at the moment",
    "Try again in a few seconds, a write under the same key.",
)
