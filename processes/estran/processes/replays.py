"""What does a receipt link answer? The same question asked again, and what changed since."""

from typing import Any

from estran.assessments.receipts import Replay, Ticket, read_ticket, replay
from estran.assessments.request import read_request
from estran.carbon.errors import InvalidInput
from estran.layers.territory import Territory
from estran.processes.catalogue import process_class


def replayed_link(token: str, territory: Territory) -> Replay:
    """Return the answer of a link, as it is today.

    Args:
        token: What follows `receipts/` in the link.
        territory: Whose layers and factors answer.

    Raises:
        InvalidInput: the token was cut or changed, or its process keeps no trace of its inputs.
        NotFound: its process no longer exists.
    """
    return replayed(read_ticket(token), territory)


def replayed(ticket: Ticket, territory: Territory) -> Replay:
    """Return the answer of a ticket, read from a link or from a store.

    Raises:
        InvalidInput: its process keeps no trace of its inputs.
        NotFound: its process no longer exists.
    """
    process = process_class(ticket.process)
    if process.request.is_private:
        raise InvalidInput(
            f"{process.identifier} keeps no trace of its inputs: it cannot be replayed",
            f"{process.identifier} ne garde aucune trace de ses entrées : il ne peut pas être rejoué",
            where="receipt",
        )

    def ask(inputs: Any) -> Any:
        return process.assess(read_request(process.request, dict(inputs)), territory)

    return replay(ticket, ask)
