"""The language of the person at the terminal."""

import os


def language() -> str:
    """Return `fr` when the terminal's locale is French, `en` otherwise."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name)
        if value:
            return "fr" if value.lower().startswith("fr") else "en"
    return "en"


def said(fr: str, en: str) -> str:
    """Return the sentence in the language of the person at the terminal."""
    return fr if language() == "fr" else en
