"""The one thing that we change inside pygeoapi while it runs, and nowhere else.

pygeoapi 0.24 looks up the titles of its links in a catalogue that its wheel does not ship, and that no
configuration names. Why this and not a fork: docs/decisions/0007-two-changes-inside-pygeoapi.md.
"""

from pygeoapi import __version__ as pygeoapi_version
from pygeoapi import l10n

from estran.carbon.errors import InvalidConfiguration
from estran.web.paths import LINK_TITLES

GUARDED = "0.24."


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
