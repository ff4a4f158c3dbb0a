"""The same figures by R, which knows nothing of our formulas; skipped where R or a package is missing."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

PACKAGES = Path("/usr/lib/R/site-library")


def by_r(program: str, *, package: str | None = None) -> list[float]:
    """Return the numbers that a program in R prints."""
    there = shutil.which("Rscript") is not None and (package is None or (PACKAGES / package).is_dir())
    if not there:
        reason = f"needs R with {package}" if package else "needs R"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    loading = f"suppressMessages(library({package}));" if package else ""
    printing = f'cat(sprintf("%.12g", {{{program}}}), sep="\\n")'
    done = subprocess.run(
        ["Rscript", "--vanilla", "-e", loading + printing], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return [float(line) for line in done.stdout.split()]
