"""What a test suite found: TestNG's results, counted and told in a table."""

import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path

OUTCOMES = {"PASS": "passed", "FAIL": "failed", "SKIP": "skipped"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One test that did not pass."""

    test: str
    outcome: str
    message: str


@dataclass(frozen=True, slots=True)
class SuiteResult:
    """The outcome of a suite; `reason` says why it did not run."""

    suite: str
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    findings: tuple[Finding, ...] = ()
    reason: str = ""

    @property
    def is_good(self) -> bool:
        """Tell whether the suite ran and nothing failed."""
        return not self.reason and not self.failed and self.passed > 0


def read_results(suite: str, path: Path) -> SuiteResult:
    """Return what a `testng-results.xml` says; preparations count only when they fail."""
    counts = dict.fromkeys(OUTCOMES.values(), 0)
    findings = []
    for klass in ET.parse(path).iter("class"):
        for method in klass.iter("test-method"):
            outcome = OUTCOMES[method.attrib["status"]]
            if method.get("is-config") == "true" and outcome != "failed":
                continue
            counts[outcome] += 1
            if outcome != "passed":
                message = " ".join((method.findtext("exception/message") or "").split())
                name = f"{klass.attrib['name'].rpartition('.')[2]}.{method.attrib['name']}"
                findings.append(Finding(name, outcome, message))
    return SuiteResult(suite, **counts, findings=tuple(findings))


def table(results: list[SuiteResult]) -> str:
    """Return the results as Markdown: a line per suite, then each test that did not pass."""
    lines = ["| suite | passed | failed | skipped | |", "| --- | ---: | ---: | ---: | --- |"]
    lines += [f"| {it.suite} | {it.passed} | {it.failed} | {it.skipped} | {it.reason} |" for it in results]
    for result in results:
        lines += [f"- {result.suite}: {it.outcome}: {it.test}: {it.message}" for it in result.findings]
    return "\n".join(lines) + "\n"
