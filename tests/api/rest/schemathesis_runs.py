"""Schemathesis as a program: requests made of the document of a face, good ones and bad ones, always the same."""

import asyncio
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.end_to_end.programs import environment

SEED = 20
PATIENCE_SECONDS = 180
NOT_HELD = "positive_data_acceptance"
"""A schema cannot say that one date is before another, that a cursor was issued, or what a link is."""


@dataclass(frozen=True)
class Run:
    """What it sent, and found no fault with."""

    cases: int
    operations: int


async def run_schemathesis(document_url: str, key: str, folder: Path, *, examples: int) -> Run:
    """Sends so many requests of each operation and phase, with every check but one; fails where it finds a fault."""
    command = [
        *(Path(sys.executable).with_name("schemathesis"), "run", document_url),
        *("--header", f"Authorization: Bearer {key}"),
        *("--checks", "all", "--exclude-checks", NOT_HELD, "--continue-on-failure"),
        *("--seed", str(SEED), "--max-examples", str(examples), "--workers", "1"),
        *("--generation-database", "none", "--suppress-health-check", "all", "--request-timeout", "20"),
    ]
    ended = await asyncio.to_thread(
        subprocess.run,
        command,
        cwd=folder,
        env=environment(NO_COLOR="1", COLUMNS="200"),
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    said = ended.stdout + ended.stderr
    assert ended.returncode == 0, said[-6000:]
    cases, operations = re.search(r"([\d,]+) generated", said), re.search(r"Tested: (\d+)", said)
    assert cases is not None, said[-6000:]
    assert operations is not None, said[-6000:]
    return Run(int(cases[1].replace(",", "")), int(operations[1]))
