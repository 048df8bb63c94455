"""How does a source read in French? What the tables say of it in English, piece by piece.

Only French documents and our own words are put into French: the title of an English paper is its name.
"""

import re
from functools import lru_cache
from pathlib import Path

from pydantic import RootModel

from estran.factors.documents import factor_folder, read_document

WORDS = "source_words"

Pairs = RootModel[tuple[tuple[str, str], ...]]


def french_source(title: str) -> str:
    """Return the title of a source for a French reader, the same when nothing of it is English.

    Raises:
        UnknownFactor: the list of words is absent or malformed.

    Example:
        >>> french_source("APER law 2023-175 art. 40 and decree 2024-1023")
        'loi APER 2023-175, art. 40, et décret 2024-1023'
        >>> french_source("Ouyang & Lee 2014, Biogeosciences 11:5057")
        'Ouyang & Lee 2014, Biogeosciences 11:5057'
    """
    return _french(title, factor_folder())


@lru_cache(maxsize=4096)
def _french(title: str, folder: Path) -> str:
    del folder
    for pattern, replacement in read_document(WORDS, Pairs).root:
        title = re.sub(pattern, replacement, title)
    return title
