"""Examples may take as long as the machine needs."""

from hypothesis import settings

settings.register_profile("estran", deadline=None)
settings.load_profile("estran")
