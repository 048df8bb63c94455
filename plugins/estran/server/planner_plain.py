"""The planner without scripts: the balance of a commune, written by the server."""

import json
from typing import Any

from flask import Response, request

from estran.assessments.envelope import Envelope, Indicator
from estran.assessments.report.wording import Amount, Voice
from estran.jobs.errors import UnknownProcess
from estran.server.parameters import COMMON, checked_parameters
from estran.server.planner import COMMUNES
from estran.server.service import Service

PROCESS = "carbon-balance"
COMMUNE = "commune"
"""The query parameter that asks for this page."""


def plain_balance(service: Service) -> Response:
    """Return the balance of the commune that the request names, as a page.

    Raises:
        UnknownProcess: this server has no balance.
    """
    asked = checked_parameters(request.args, COMMON | {COMMUNE})[COMMUNE]
    manager = service.api.manager
    if PROCESS not in manager.processes:
        raise UnknownProcess(
            f"this server does not serve {PROCESS}",
            f"ce serveur ne sert pas {PROCESS}",
            where=COMMUNE,
        )
    collection = _communes(service)
    inputs = {"geometry": {"collection": collection, "ids": [asked]}}
    _, _, content, _, _ = manager.execute_process(PROCESS, inputs)
    envelope = Envelope.model_validate(json.loads(content))
    document = _document(envelope, service.language().language)
    return Response(service.render("planner_plain.html", document), mimetype="text/html")


def _communes(service: Service) -> str:
    resources = service.configuration["resources"].items()
    named = (each for each, found in resources if (found.get("estran") or {}).get("role") == COMMUNES)
    return next(named, COMMUNES)


def _document(envelope: Envelope, language: str) -> dict[str, Any]:
    """Return what the page shows, in words: no central value when the data do not fit the scale."""
    voice = Voice(language, is_hidden=envelope.fitness.verdict == "unfit")
    return {
        "title": voice.text(envelope.title),
        "fitness": voice.fitness(envelope.fitness.verdict),
        "reasons": [voice.sentence(reason) for reason in envelope.fitness.reasons],
        "figures": [(voice.text(each.title), *_figure(each, voice)) for each in envelope.indicators],
        "warnings": [voice.sentence(warning.message) for warning in envelope.warnings],
        "sources": [
            (voice.text(source.title), source.vintage or "", source.attribution or "")
            for source in envelope.sources
            if source.kind == "layer"
        ],
    }


def _figure(indicator: Indicator, voice: Voice) -> tuple[str, str]:
    """Return a figure and its interval, with their unit."""
    amount = Amount(indicator.value, indicator.low, indicator.high, indicator.unit)
    if not amount.has_interval:
        return voice.exact(indicator.value, indicator.unit), ""
    unit = voice.unit(indicator.unit)
    if voice.is_hidden and not amount.is_exact:
        return voice.number(amount), f"{voice.between(amount)} {unit}"
    return f"{voice.number(amount)} {unit}", voice.between(amount)
