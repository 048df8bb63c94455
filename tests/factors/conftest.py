"""A copy of the factors that a test may change, and the demonstration territory."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from territories import LA_ROCHELLE, built

from estran.factors.documents import DATA

HEADER = "id,category,item,low,central,high,unit,n,source,year,source_checked,note\n"

ENTRY = """\
title: {fr: Essai, en: Trial}
source: une source
link: https://example.org
licence: etalab-2.0
attribution: Essai
year: 2024
checked: true
review_by: 2030-01-01
relative_sd: {default: 0.2, precise: 0.01}
"""

Edit = Callable[..., Path]


@pytest.fixture
def copied(tmp_path: Path) -> Edit:
    """Copies the factors; `copied("soil….csv", "old", "new")` changes a text that must be there."""
    folder = tmp_path / "factors"
    shutil.copytree(DATA, folder)

    def edit(name: str = "", old: str = "", new: str = "") -> Path:
        if name:
            path = folder / name
            text = path.read_text(encoding="utf-8")
            assert old in text
            path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return folder

    return edit


@pytest.fixture
def trial(copied: Edit) -> Callable[..., Path]:
    """Adds the table `trial` to a copy of the factors: its rows, its names, what it is."""

    def write(rows: str, names: str, entry: str = ENTRY, header: str = HEADER) -> Path:
        folder = copied()
        (folder / "trial.csv").write_text(header + rows, encoding="utf-8")
        (folder / "names" / "trial.yaml").write_text(entry, encoding="utf-8")
        if names:
            (folder / "names" / "trial.csv").write_text(names, encoding="utf-8")
        return folder

    return write


@pytest.fixture(scope="session")
def demonstration() -> Path:
    """The configuration of the demonstration territory, whose data are built."""
    return built(LA_ROCHELLE)
