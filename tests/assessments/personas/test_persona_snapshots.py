"""The whole answers of five personas: a figure that moves is a line to read in the review."""

import difflib
import os

from assessments.personas.written import path_of, text

WRITE = "ESTRAN_WRITE_PERSONAS"
"""Set to 1, it writes the snapshots again instead of comparing."""


def test_no_figure_moves_unseen(persona) -> None:
    path, now = path_of(persona.name), text(persona.answers)
    if os.environ.get(WRITE) == "1":
        path.write_text(now, encoding="utf-8")
    kept = path.read_text(encoding="utf-8") if path.is_file() else ""
    lines = difflib.unified_diff(
        kept.splitlines(), now.splitlines(), f"{path.name}, as kept", f"{path.name}, now", n=1, lineterm=""
    )
    moved = "\n".join(list(lines)[:80])
    assert not moved, f"{moved}\n\nIf this is meant: {WRITE}=1 pytest tests/assessments/personas"


def test_every_persona_has_its_processes(persona) -> None:
    expected = {"carbon-stock", "carbon-flux", "carbon-balance", "project-impact"}
    more = {"sequestration-potential"} if persona.name == "salt-marsh" else set()
    assert set(persona.answers) == expected | more


def test_a_planner_can_read_every_figure_and_every_word(persona) -> None:
    """Unit, horizon of an impact, a reason for each missing value, both languages, no name of a field."""
    for process, answer in persona.answers.items():
        for each in answer["indicators"]:
            assert each["unit"], (process, each["id"])
            assert each["scope"], (process, each["id"])
            assert (each["value"] is None) == (each["reason"] is not None), (process, each["id"])
            if each["unit"] == "tCO2e" and process in {"project-impact", "sequestration-potential"}:
                assert each["horizon"], (process, each["id"])
        for row in answer["breakdown"]:
            assert row["value"] is not None or row["reason"], (process, row["item"])
        for notice in answer["warnings"]:
            said = notice["message"]
            assert said["fr"] != said["en"], (process, notice["code"])
            assert "(s)" not in said["fr"] + said["en"], said["fr"]
            if notice["code"] != "unchecked-factor":
                assert "`" not in said["fr"] + said["en"], said["fr"]
