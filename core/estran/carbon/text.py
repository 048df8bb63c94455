"""How does a sentence exist in French and in English?"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """The same words in French and in English.

    Example:
        >>> Text("sol", "soil").read("fr-FR")
        'sol'
    """

    fr: str
    en: str

    def read(self, language: str) -> str:
        """Return the French words for `fr…`, the English ones for any other language."""
        return self.fr if language.startswith("fr") else self.en
