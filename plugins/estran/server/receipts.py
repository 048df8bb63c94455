"""A receipt's link: the same question asked again, and what changed since.

The link holds the question itself, so the server keeps nothing. The computation runs in a worker, like
any other.
"""

import json
from typing import Any

from flask import Response

from estran.assessments.envelope import Envelope, envelope_schema
from estran.assessments.receipts import changes, read_ticket
from estran.carbon.errors import NotFound
from estran.server.caching import cached
from estran.server.negotiation import JSON_AND_HTML, JSON_ONLY, Formats
from estran.server.service import Service

PAGES: Formats = {name: types for name, types in JSON_AND_HTML.items() if name != "jsonld"}


def receipt(service: Service, token: str) -> Response:
    """Return the answer of a receipt as it is today, and what changed.

    Raises:
        InvalidInput: the link was cut or changed.
        NotFound: its process is not served here.
    """
    ticket = read_ticket(token)
    if ticket.process not in service.api.manager.processes:
        raise NotFound(
            f"the process {ticket.process} of this receipt is not served here",
            f"le processus {ticket.process} de ce reçu n'est pas servi ici",
            where="receipt",
        )
    _, _, content, _, _ = service.api.manager.execute_process(ticket.process, dict(ticket.inputs))
    document: dict[str, Any] = json.loads(content)
    found = changes(ticket, Envelope.model_validate(document))
    answer = {
        "identical": not found,
        "inputs": dict(ticket.inputs),
        "changes": [change.model_dump(mode="json") for change in found],
        "result": document,
    }
    return service.page("receipts/receipt.html", answer, PAGES)


def schema(service: Service) -> Response:
    """Return the JSON Schema of the answer that every process gives."""
    return cached(service, None, lambda: service.page("", envelope_schema(), JSON_ONLY), keep=True)
