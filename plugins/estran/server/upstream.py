"""The two things that we change inside pygeoapi while it runs, and nowhere else.

pygeoapi 0.24 looks up the titles of its links in a catalogue that its wheel does not ship, and
keeps translated configurations in one cache for the whole process. Neither can be set from a
configuration. Why this and not a fork: docs/decisions/0007-two-changes-inside-pygeoapi.md.
"""

from pygeoapi import __version__ as pygeoapi_version
from pygeoapi import l10n

from estran.carbon.errors import InvalidConfiguration
from estran.web.paths import LINK_TITLES

GUARDED = "0.24."

_owners: list[object] = []


def use_link_titles() -> None:
    """Let pygeoapi find the titles of its links in French and English.

    Raises:
        InvalidConfiguration: pygeoapi is not the version that this was written for.
    """
    if not pygeoapi_version.startswith(GUARDED):
        raise InvalidConfiguration(
            f"pygeoapi {pygeoapi_version} is installed; Estran needs {GUARDED}x: run `make install`",
            f"pygeoapi {pygeoapi_version} est installé ; Estran demande {GUARDED}x : lancez `make install`",
        )
    l10n.LOCALEDIR = str(LINK_TITLES)
    l10n._gettext_cache.clear()


def forget_translations(owner: object) -> None:
    """Empty the cache of translated configurations when another application filled it.

    The cache is keyed by language alone: two applications in one process would show each
    other's titles.
    """
    if _owners != [owner]:
        l10n._cfg_cache.clear()
        _owners[:] = [owner]
