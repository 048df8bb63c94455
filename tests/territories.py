"""The territories of the repository, their data built once whatever the number of test processes."""

import fcntl
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LA_ROCHELLE = ROOT / "pygeoapi-config.yml"
OLEMPS = ROOT / "data" / "olemps" / "pygeoapi-config.yml"


def built(config: Path) -> Path:
    """Return the configuration file of a territory whose data are up to date; one process builds them."""
    (ROOT / "var").mkdir(exist_ok=True)
    name = "-".join(config.relative_to(ROOT).parent.parts) or "demonstration"
    with (ROOT / "var" / f".tests-{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        command = [sys.executable, "-m", "estran.cli", "data", "build", "--config", str(config)]
        subprocess.run(command, check=True, capture_output=True)
    return config
