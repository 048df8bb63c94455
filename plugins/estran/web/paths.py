"""Where the templates, the static files and the translations are, and what a page may load."""

from pathlib import Path

_HERE = Path(__file__).resolve().parent

TEMPLATES = _HERE / "templates"
STATIC = _HERE / "static"
LOCALE = _HERE / "locale"

LINK_TITLES = _HERE / "link_titles"
"""The catalogue for the titles that pygeoapi gives to its links, and nothing else.

pygeoapi looks up in its own catalogue every text of a process description, even `number` and `object`:
that catalogue must not hold the single words of the pages.
"""

LANGUAGES = ("fr", "en")

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data: blob:",
        "connect-src 'self' blob:",
        "worker-src 'self'",
        "frame-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'self'",
    )
)
"""Value of the `Content-Security-Policy` header: our own host only, no inline script or style.

`data:` and `blob:` are the icons of the map controls and the pictures that a page hands to the map;
in a frame, `blob:` is the preview of a report.
"""
