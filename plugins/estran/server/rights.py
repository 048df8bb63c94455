"""Who may write? Whoever shows the token that the operator put into the environment of the server."""

import os

from estran.carbon.errors import InvalidConfiguration
from estran.layers.settings import EditingSettings

SHORTEST_TOKEN = 16


def token_of(settings: EditingSettings | None) -> str | None:
    """Return the token of those who may write, None when every layer is read only.

    Raises:
        InvalidConfiguration: the token is too short to keep anyone out.
    """
    token = os.environ.get(settings.token_env, "") if settings else ""
    if settings and 0 < len(token) < SHORTEST_TOKEN:
        raise InvalidConfiguration(
            f"the token in {settings.token_env} has {len(token)} characters; give {SHORTEST_TOKEN} or more,"
            " such as those of `openssl rand -hex 32`",
            f"le jeton de {settings.token_env} a {len(token)} caractères ; donnez-en au moins"
            f" {SHORTEST_TOKEN}, par exemple ceux de `openssl rand -hex 32`",
            where="estran.editing.token_env",
        )
    return token or None
