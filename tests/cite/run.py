"""Run the OGC's executable test suites against the demonstration: `make cite`.

Needs Java 17 and Maven, which fetches the suites from Maven Central. The server is the real one, on the
demonstration's data, with an echo process added. Results go to `var/cite`.
"""

import argparse
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml
from cite.results import SuiteResult, read_results, table

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
OUT = ROOT / "var" / "cite"
SERVER_PATIENCE_S = 240
SUITE_PATIENCE_S = 1800
CONTROLLER = "org.opengis.cite.{package}.TestNGController"


@dataclass(frozen=True, slots=True)
class Suite:
    """A test suite: its Maven artefact, its Java package and its arguments besides the address."""

    artefact: str
    version: str
    package: str
    arguments: dict[str, str]


SUITES = {
    "features": Suite("ets-ogcapi-features10", "1.9", "ogcapifeatures10", {"noofcollections": "-1"}),
    "processes": Suite(
        "ets-ogcapi-processes10",
        "[1.0,)",
        "ogcapiprocesses10",
        {"echoprocessid": "echo", "processtestlimit": "3", "uselocalschema": "true"},
    ),
}


def main() -> int:
    """Run the suites named, all by default; return 0 when each ran and nothing failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("suites", nargs="*", choices=[*SUITES, []], help="features, processes")
    names = parser.parse_args().suites or list(SUITES)
    for program in ("java", "mvn"):
        if shutil.which(program) is None:
            sys.stderr.write(f"make cite needs {program}: apt install openjdk-17-jre-headless maven\n")
            return 2
    OUT.mkdir(parents=True, exist_ok=True)
    with served(test_configuration()) as address:
        results = [run(name, SUITES[name], address) for name in names]
    text = table(results)
    (OUT / "results.md").write_text(text, encoding="utf-8")
    sys.stdout.write(text)
    return 0 if all(result.is_good for result in results) else 1


def test_configuration() -> Path:
    """Write the demonstration's configuration with the echo process; return its path.

    Extents are left out, so that each is read from the layer itself. Paths become absolute, since the
    file stands elsewhere.
    """
    document = yaml.safe_load((ROOT / "pygeoapi-config.yml").read_text(encoding="utf-8"))
    document["resources"]["echo"] = {"type": "process", "processor": {"name": "echo.Echo"}}
    for section, keys in {"data": ("sources", "directory")}.items():
        for key in keys:
            document["estran"][section][key] = str(ROOT / document["estran"][section][key])
    document["estran"]["examples"] = str(ROOT / document["estran"]["examples"])
    for resource in document["resources"].values():
        for provider in resource.get("providers", ()):
            if isinstance(provider.get("data"), str):
                provider["data"] = str(ROOT / provider["data"])
    path = OUT / "pygeoapi-config.yml"
    path.write_text(yaml.safe_dump(document, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


@contextmanager
def served(config: Path) -> Iterator[str]:
    """Serve a configuration on a free port; yield the address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    path = os.pathsep.join(filter(None, [str(HERE), os.environ.get("PYTHONPATH")]))
    with (OUT / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "estran.cli", "serve", "--config", str(config), "--port", str(port)],
            env=os.environ | {"PYTHONPATH": path},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(address, process)
        yield address
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


def wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    """Return when the server is ready; raise when it ended or takes too long."""
    end = time.monotonic() + SERVER_PATIENCE_S
    while time.monotonic() < end and process.poll() is None:
        try:
            urllib.request.urlopen(f"{address}/health", timeout=10).close()
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.3)
        else:
            return
    raise RuntimeError(f"the server did not become ready; see {OUT / 'server.log'}")


def run(name: str, suite: Suite, address: str) -> SuiteResult:
    """Fetch a suite, run it against an address and return what it found."""
    folder = OUT / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    classpath = folder / "classpath.txt"
    fetched = subprocess.run(
        [
            "mvn", "--batch-mode", "--quiet", "--update-snapshots", "--file", str(HERE / "pom.xml"),
            f"-Dsuite={suite.artefact}", f"-Dsuite.version={suite.version}",
            "dependency:build-classpath", f"-Dmdep.outputFile={classpath}",
        ],
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    (folder / "maven.log").write_text(fetched.stdout + fetched.stderr, encoding="utf-8")
    if fetched.returncode or not classpath.exists():
        return SuiteResult(
            suite.artefact, reason=f"not run: Maven cannot fetch it, see {folder / 'maven.log'}"
        )
    arguments = folder / "arguments.xml"
    arguments.write_text(properties({"iut": f"{address}/", **suite.arguments}), encoding="utf-8")
    with (folder / "suite.log").open("wb") as log:
        subprocess.run(
            ["java", "-cp", classpath.read_text().strip(), CONTROLLER.format(package=suite.package),
             "--outputDir", str(folder), str(arguments)],
            stdout=log, stderr=subprocess.STDOUT, timeout=SUITE_PATIENCE_S, check=False,
        )  # fmt: skip
    found = sorted(folder.rglob("testng-results.xml"))
    if not found:
        return SuiteResult(suite.artefact, reason=f"not run: no result, see {folder / 'suite.log'}")
    return read_results(suite.artefact, found[-1])


def properties(entries: dict[str, str]) -> str:
    """Return the arguments in the form of a Java properties file, without its remote DTD."""
    lines = "".join(f'  <entry key="{key}">{value}</entry>\n' for key, value in entries.items())
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<properties version="1.0">\n{lines}</properties>\n'


if __name__ == "__main__":
    sys.exit(main())
