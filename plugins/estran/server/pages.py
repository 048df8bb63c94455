"""HTML pages: each template compiled once, the configuration translated once per language.

pygeoapi builds a Jinja environment, reads every template and translates the whole configuration for
each page. So it is asked for data, and the pages are written here from the same templates.
"""

from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any

from babel import Locale
from babel.support import NullTranslations, Translations
from jinja2 import Environment, FileSystemLoader, select_autoescape
from pygeoapi import __version__, l10n
from pygeoapi.util import format_duration, to_json

from estran.web.paths import TEMPLATES

_current: ContextVar[NullTranslations] = ContextVar("translations")


class Pages:
    """The pages of one application; a template of the territory comes before ours of the same name."""

    def __init__(self, configuration: Mapping[str, Any]) -> None:
        self._configuration = configuration
        self.environment = _made(configuration["server"]["templates"]["path"])
        self._translations: dict[Locale, NullTranslations] = {}
        self._translated: dict[Locale, dict[str, Any]] = {}

    def render(self, template: str, data: Mapping[str, Any], locale: Locale) -> str:
        """Return a page in a language."""
        if locale not in self._translations:
            folder = self._configuration["server"]["locale_dir"]
            self._translations[locale] = Translations.load(folder, [locale])
        token = _current.set(self._translations[locale])
        try:
            return self.environment.get_template(template).render(
                config=self._configured(locale), data=data, locale=locale, version=__version__
            )
        finally:
            _current.reset(token)

    def _configured(self, locale: Locale) -> dict[str, Any]:
        """Return the configuration in a language; sections are translated below their second level."""
        translated = self._translated.get(locale)
        if translated is None:
            translated = {
                section: {name: _in(value, locale) for name, value in content.items()}
                if isinstance(content, dict)
                else content
                for section, content in self._configuration.items()
            }
            self._translated[locale] = translated
        return translated


def _made(folder: str) -> Environment:
    """Return the environment of Jinja, whose words are those of the language under way."""
    environment = Environment(
        loader=FileSystemLoader([folder, TEMPLATES]),
        extensions=["jinja2.ext.i18n"],
        autoescape=select_autoescape(),
        auto_reload=False,
        cache_size=-1,
    )
    environment.filters.update(to_json=to_json, format_duration=format_duration)
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=lambda text: _current.get().gettext(text),
        ngettext=lambda one, many, count: _current.get().ngettext(one, many, count),
    )
    return environment


def _in(value: Any, locale: Locale) -> Any:
    """Return a section in a language."""
    return l10n.translate_struct(value, locale) if value and isinstance(value, dict) else value
