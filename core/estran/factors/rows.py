"""What are the rows of a CSV table of the registry?"""

import csv

from estran.carbon.errors import UnknownFactor
from estran.factors.documents import factor_folder


def read_rows(name: str) -> list[dict[str, str]]:
    """Return the rows of `<name>.csv`.

    Raises:
        UnknownFactor: the table is absent.
    """
    try:
        with (factor_folder() / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
    except OSError as error:
        raise UnknownFactor(
            f"the factor table {name}.csv is missing",
            f"la table de facteurs {name}.csv manque",
            where=name,
        ) from error


def read_crosswalk(table: str) -> dict[str, str]:
    """Return one of the joins of `crosswalks.csv`, from code to code."""
    return {row["from_code"]: row["to_code"] for row in read_rows("crosswalks") if row["table"] == table}
