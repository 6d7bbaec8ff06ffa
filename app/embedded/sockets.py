"""Folders for unix sockets, whose paths the system limits."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.embedded.processes import Account, own_folder

LONGEST_PATH = 107
"""Bytes of a unix socket's path on Linux, without the closing zero."""


@contextmanager
def socket_folder(preferred: Path, name: str, account: Account | None) -> Iterator[Path]:
    """`preferred` when a socket called `name` fits there, else a short private folder that is removed afterwards."""
    if len(str(preferred / name).encode()) <= LONGEST_PATH:
        yield preferred
        return
    short = Path(tempfile.mkdtemp(prefix="creatorgraph-"))
    try:
        yield own_folder(short, account)
    finally:
        shutil.rmtree(short, ignore_errors=True)
