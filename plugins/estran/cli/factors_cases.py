"""What do the reference cases answer with one version of the factors? Run on real data, case by case.

A reference case is a process and its inputs: the examples that each process of the configuration
publishes, those that the territory keeps in `cases.yaml` beside its sources, or those of another YAML file:
`- {id: …, process: …, inputs: {…}}`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, RootModel, ValidationError
from pygeoapi.plugin import load_plugin

from estran.carbon.errors import EstranError, InvalidInput, NotFound
from estran.factors.documents import reading
from estran.factors.plain_yaml import read_yaml
from estran.layers.territory import read_territory
from estran.server.configuration import read_configuration


class ReferenceCase(BaseModel):
    """One question whose answer is watched."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    process: str
    inputs: dict[str, Any]


KEPT = "cases.yaml"
"""Name of the file of cases of a territory."""

Cases = RootModel[tuple[ReferenceCase, ...]]


@dataclass(frozen=True, slots=True)
class CaseAnswer:
    """What one case answers.

    Attributes:
        case: The question.
        indicators: Value and unit by indicator; the value is None when it is not evaluated.
        factors: Identifiers of the factors of the answer.
        error: Why there is no answer, None when there is one.
    """

    case: ReferenceCase
    indicators: Mapping[str, tuple[float | None, str]]
    factors: tuple[str, ...] = ()
    error: EstranError | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """One result that differs between two versions of the factors."""

    case: str
    indicator: str
    before: float | None
    after: float | None
    unit: str

    @property
    def relative(self) -> float | None:
        """The difference as a share of the former result, None when one is missing or the former is zero."""
        if self.before is None or self.after is None or self.before == 0.0:
            return None
        return (self.after - self.before) / abs(self.before)


def read_cases(path: Path) -> tuple[ReferenceCase, ...]:
    """Return the cases of a YAML file.

    Raises:
        InvalidInput: the file cannot be read or is not a list of cases.
    """
    try:
        return Cases.model_validate(read_yaml(path.read_text(encoding="utf-8"))).root
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise InvalidInput(
            f"{path} is not a list of reference cases: {error}",
            f"{path} n'est pas une liste de cas de référence : {error}",
            where=str(path),
        ) from error


def kept_cases(config_path: Path) -> tuple[ReferenceCase, ...]:
    """Return the cases that a territory keeps beside the folder of its sources, none where it keeps none.

    Raises:
        InvalidInput: the file is not a list of cases.
    """
    sources = read_territory(config_path).sources
    folder = sources if sources.is_dir() else sources.parent
    path = folder.parent / KEPT
    return read_cases(path) if path.is_file() else ()


def read_processors(config_path: Path) -> dict[str, Any]:
    """Return the processes of a configuration, by identifier."""
    resources = read_configuration(config_path)["resources"]
    return {
        identifier: load_plugin("process", resource["processor"])
        for identifier, resource in resources.items()
        if resource.get("type") == "process"
    }


def published_cases(processors: Mapping[str, Any]) -> tuple[ReferenceCase, ...]:
    """Return the examples that the processes publish."""
    return tuple(
        ReferenceCase(id=f"{process}/{number}", process=process, inputs=inputs)
        for process, processor in processors.items()
        for number, inputs in enumerate(_examples(processor.metadata), start=1)
    )


def answers(
    cases: Sequence[ReferenceCase], processors: Mapping[str, Any], folder: Path
) -> Iterator[CaseAnswer]:
    """Yield the answer of each case with the factors of a folder.

    Raises:
        NotFound: no process has the name that a case gives.
    """
    for case in cases:
        if case.process not in processors:
            raise NotFound(f"no process {case.process!r}", f"aucun processus {case.process!r}", where=case.id)
        with reading(folder):
            yield _answer(case, processors[case.process])


def moves(before: Sequence[CaseAnswer], after: Sequence[CaseAnswer]) -> list[Move]:
    """Return the results that differ, in the order of the cases."""
    return [
        Move(old.case.id, name, *_pair(old, new, name))
        for old, new in zip(before, after, strict=True)
        for name in dict.fromkeys([*old.indicators, *new.indicators])
        if _value(old, name) != _value(new, name)
    ]


def _answer(case: ReferenceCase, processor: Any) -> CaseAnswer:
    try:
        _, envelope = processor.execute(dict(case.inputs))
    except EstranError as error:
        return CaseAnswer(case, {}, error=error)
    return CaseAnswer(
        case,
        {each["id"]: (each["value"], each["unit"]) for each in envelope["indicators"]},
        tuple(factor["id"] for factor in envelope["factors"]),
    )


def _examples(metadata: Mapping[str, Any]) -> list[dict[str, Any]]:
    examples = metadata.get("examples") or [metadata["example"]]
    return [example["inputs"] for example in examples]


def _value(answer: CaseAnswer, name: str) -> float | None:
    return answer.indicators.get(name, (None, ""))[0]


def _pair(old: CaseAnswer, new: CaseAnswer, name: str) -> tuple[float | None, float | None, str]:
    unit = (new.indicators.get(name) or old.indicators[name])[1]
    return _value(old, name), _value(new, name), unit
