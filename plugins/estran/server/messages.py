"""The sentences of pygeoapi and of HTTP in French.

pygeoapi writes its errors in English only. The ones that a client can meet are listed here with their
French; a sentence that is not listed stays in English, which is better than no reason at all.
"""

import re
from collections.abc import Mapping
from http import HTTPStatus

TITLES: Mapping[int, str] = {
    400: "Requête invalide",
    401: "Jeton nécessaire",
    404: "Introuvable",
    405: "Méthode non permise",
    406: "Format non acceptable",
    409: "Conflit",
    412: "L'objet a changé",
    413: "Demande trop grande",
    415: "Type de contenu non pris en charge",
    428: "État de départ à nommer",
    429: "Trop de demandes",
    500: "Erreur du serveur",
    501: "Non réalisé",
    503: "Indisponible",
}

SENTENCES: tuple[tuple[str, str], ...] = (
    (r"no resource at this address", "aucune ressource à cette adresse"),
    (r"this resource does not answer this method", "cette ressource ne répond pas à cette méthode"),
    (r"the body is too large", "le corps de la requête est trop grand"),
    (r"[Cc]ollection (?:not found|does not exist)", "collection inconnue"),
    (r"Identifier not found|identifier not found", "identifiant inconnu"),
    (r"Invalid format requested", "format demandé inconnu"),
    (r"Invalid provider type(?: requested)?", "cette collection n'offre pas ce service"),
    (r"invalid provider type", "cette collection n'offre pas ce service"),
    (r"offset value should be positive or zero", "offset doit être positif ou nul"),
    (r"offset value should be an integer", "offset doit être un entier"),
    (r"limit value should be an integer", "limit doit être un entier"),
    (r"limit value should be strictly positive", "limit doit être strictement positif"),
    (r"Limit of (\d+) exceeded", r"la limite de \1 est dépassée"),
    (r"bbox values must be numbers", "les valeurs de bbox doivent être des nombres"),
    (r"miny should be less than maxy", "dans bbox, le y minimal doit être inférieur au y maximal"),
    (r"minz should be less than maxz", "dans bbox, le z minimal doit être inférieur au z maximal"),
    (r"bbox-crs specified without bbox parameter", "bbox-crs est donné sans bbox"),
    (r"bbox-crs specified but is empty", "bbox-crs est vide"),
    (
        r"bbox-crs (.+) not supported for this collection",
        r"bbox-crs \1 n'est pas offert par cette collection",
    ),
    (r"datetime parameter out of range", "datetime est hors de l'étendue temporelle de la collection"),
    (r"bad sortby property", "sortby nomme une propriété inconnue"),
    (r"unknown properties specified", "properties nomme une propriété inconnue"),
    (r"Invalid field specified", "properties nomme un champ inconnu"),
    (r"Invalid axis name", "subset nomme un axe inconnu"),
    (r"Invalid subset: .*", "subset est mal écrit ; exemple : subset=Lat(46.1:46.2)"),
    (r"Collection is not editable", "cette collection n'est pas modifiable"),
    (r"No data found", "le corps de la requête est vide"),
    (
        r"queryables not available for this collection",
        "cette collection n'a pas de propriétés interrogeables",
    ),
    (r"Error generating collection", "la description de la collection a échoué"),
    (r"missing request data", "le corps de la requête est vide"),
    (r"invalid request data", "le corps de la requête n'est pas du JSON"),
    (r"Missing successUri", "subscriber.successUri est absent"),
    (r"job still running", "le calcul est en cours ; réessayez plus tard"),
    (r"job accepted but not yet running", "le calcul est en attente ; réessayez plus tard"),
    (r"job failed", "le calcul a échoué"),
    (r"AsyncAPI not supported/configured", "AsyncAPI n'est pas offert"),
    (r"generic error \(check logs\)|connection error \(check logs\)", "la couche ne peut pas être lue"),
    (r"query error(?: \(check logs\))?", "la requête à la couche a échoué"),
    (r"CRS (.+) not supported for this collection.*", r"le CRS \1 n'est pas offert par cette collection"),
)


def french(sentence: str) -> Mapping[str, str]:
    """Return an English sentence with its French when it is known."""
    text = sentence.strip() or "the request failed"
    for pattern, translated in SENTENCES:
        match = re.fullmatch(pattern, text, flags=re.DOTALL)
        if match:
            return {"en": text, "fr": match.expand(translated)}
    return {"en": text, "fr": text}


def status_title(status: HTTPStatus, language: str) -> str:
    """Return the short title of a status in `fr` or, for any other language, in English."""
    return TITLES.get(status, status.phrase) if language == "fr" else status.phrase
