"""Sentences of pygeoapi that a reader meets: the titles of its links and its messages."""


def _(text: str) -> str:
    """Mark a sentence for the catalogues."""
    return text


LINK_TITLES = (
    _("This document as JSON"),
    _("This document as GeoJSON"),
    _("This document as RDF (JSON-LD)"),
    _("This document as HTML"),
    _("This document as CoverageJSON"),
    _("The landing page of this server as JSON"),
    _("The landing page of this server as HTML"),
    _("The OpenAPI definition as JSON"),
    _("The OpenAPI definition as HTML"),
    _("The list of supported tiling schemes as JSON"),
    _("The list of supported tiling schemes as HTML"),
    _("Schema of collection in JSON"),
    _("Schema of collection in HTML"),
    _("Queryables for this collection as JSON"),
    _("Queryables for this collection as HTML"),
    _("Record catalogue as JSON"),
    _("Record catalogue as HTML"),
    _("Items as GeoJSON"),
    _("Items as RDF (GeoJSON-LD)"),
    _("Items as HTML"),
    _("Items as CSV"),
    _("Items (prev)"),
    _("Items (next)"),
    _("Coverage data"),
    _("Coverage data as"),
    _("Tiles as JSON"),
    _("Tiles as HTML"),
    _("TileMatrixSet definition in JSON"),
    _("Process description as JSON"),
    _("Process description as HTML"),
    _("Execution for this process as JSON"),
    _("Jobs list as JSON"),
    _("Jobs list as HTML"),
)
"""Looked up by pygeoapi when it writes a link, and by the templates that list links."""

MESSAGES = (
    _("Collection not found"),
    _("Identifier not found"),
    _("identifier not found"),
    _("Invalid format requested"),
    _("Invalid field specified"),
    _("Invalid axis name"),
    _("job still running"),
    _("job accepted but not yet running"),
    _("job failed"),
    _("Job accepted and ready for execution"),
    _("Preparing execution"),
    _("Writing job output"),
    _("Job complete"),
    _("Job dismissed"),
)
"""Looked up by the templates that show a message of pygeoapi."""

TILINGS = (
    _("Google Maps Compatible for the World"),
    _("CRS84 for the World"),
    _("Lambert-93 for metropolitan France"),
)
"""Titles of the tile matrix sets, looked up by the templates that list them."""
