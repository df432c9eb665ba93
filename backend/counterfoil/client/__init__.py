"""A typed client of the service's HTTP interface. It needs httpx and nothing else of this package.

    with Client("https://ledger.example", token=token) as ledger:
        command = ledger.confirm_note(7, {"face_minor": 100_00}, wait_s=30)

`api`, `models` and operations.json are written by scripts/build_client from the service's OpenAPI document.
"""

from counterfoil.client.api import Client
from counterfoil.client.transport import Answer, NoAnswerError, ProblemError

__all__ = ["Answer", "Client", "NoAnswerError", "ProblemError"]
