"""On which line of a YAML file is each key, and which keys are written twice?"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import yaml

type Path = tuple[str | int, ...]

MERGE = "tag:yaml.org,2002:merge"


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a YAML document, counted from 1."""

    lines: Mapping[Path, int]
    repeated: tuple[tuple[Path, int], ...]

    def line(self, path: Path) -> int:
        """Return the line of a key, or of the nearest key above it that is written."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.lines:
                return self.lines[path[:length]]
        return 1


def read_lines(text: str) -> Lines:
    """Return where the keys of a YAML text are.

    Raises:
        yaml.YAMLError: the text is not YAML.
    """
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    lines: dict[Path, int] = {}
    repeated: list[tuple[Path, int]] = []
    if root is not None:
        for path, line in _walk(root, (), frozenset()):
            if path in lines:
                if not any(path[: len(outer)] == outer for outer, _ in repeated):
                    repeated.append((path, line))
            else:
                lines[path] = line
    return Lines(lines, tuple(repeated))


def _walk(node: yaml.Node, path: Path, above: frozenset[int]) -> Iterator[tuple[Path, int]]:
    """Yield each key with its line; a node that contains itself is not followed."""
    if id(node) in above:
        return
    inside = above | {id(node)}
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.tag == MERGE:
                continue
            here = (*path, str(key.value))
            yield here, key.start_mark.line + 1
            yield from _walk(value, here, inside)
    elif isinstance(node, yaml.SequenceNode):
        for position, item in enumerate(node.value):
            here = (*path, position)
            yield here, item.start_mark.line + 1
            yield from _walk(item, here, inside)
