"""Server processes as our own children: leashed to us, unprivileged when we are root, ended in steps."""

import ctypes
import functools
import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

POLL_SECONDS = 0.02
PR_SET_PDEATHSIG = 1


class StartFailure(Exception):
    """Something could not be started for a reason its user can mend; the text is one line and names the setting."""


@dataclass(frozen=True)
class Account:
    """The system account a server runs as; `capability` lets it pass folders that are closed to all but root."""

    uid: int
    gid: int
    capability: str | None


def leashed(command: Sequence[str], farewell: signal.Signals, account: Account | None = None) -> list[str]:
    """`command` made to receive `farewell` when the thread that starts it dies, and to run as `account` when given.

    `setpriv` keeps the process id, so the process that is started is the server itself. A system without it (it is part
    of util-linux) runs the command as it is.
    """
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        return list(command)
    options = ["--pdeathsig", farewell.name.removeprefix("SIG")]
    if account is not None:
        options += [f"--reuid={account.uid}", f"--regid={account.gid}", "--clear-groups"]
        if account.capability is not None:
            options += [f"--inh-caps=-all,+{account.capability}", f"--ambient-caps=-all,+{account.capability}"]
    return [setpriv, *options, "--", *command]


def end_forks_with_me() -> None:
    """Have every process that is forked from this one, by its main thread, killed as soon as this one is gone."""
    if sys.platform != "linux":
        return
    parent, libc = os.getpid(), ctypes.CDLL(None)

    def leash() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it went before the leash was on
            os._exit(1)

    os.register_at_fork(after_in_child=leash)


def server_account(folder: Path) -> Account | None:
    """The account the servers of `folder` run as: None for ourselves, an unprivileged one when we are root.

    PostgreSQL refuses to run as root. No permission of any folder is widened to let its account in: the account gets
    one capability, to pass closed folders; where none is to be had the folders must be open to it.

    Raises StartFailure naming DATA_DIR when the account could not reach its files.
    """
    if os.geteuid() != 0:
        return None
    if shutil.which("setpriv") is None:
        raise StartFailure(
            "CREATORGRAPH_DATABASE_URL is unset and, as root, the bundled PostgreSQL needs `setpriv` (util-linux)"
        )
    owner = folder.stat()
    uid, gid = (owner.st_uid, owner.st_gid) if owner.st_uid else _unprivileged_ids()
    # The second is wider, yet it is the one a container usually grants to its root.
    for capability in ("dac_read_search", "dac_override"):
        account = Account(uid, gid, capability)
        if _can(account, "true"):
            return account
    account = Account(uid, gid, None)
    for name, path in (("DATA_DIR", folder.parent), ("The installation folder", Path(__file__).parent)):
        if not _can(account, "test", "-x", str(path)):
            raise StartFailure(
                f"{name}={path} is closed to the unprivileged account PostgreSQL runs as:"
                " choose a folder whose parents are open to all, such as /var/lib/creatorgraph"
            )
    return account


def _unprivileged_ids() -> tuple[int, int]:
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        return 65534, 65534
    return nobody.pw_uid, nobody.pw_gid


@functools.cache
def _can(account: Account, *command: str) -> bool:
    return subprocess.run(leashed(command, signal.SIGKILL, account), capture_output=True, check=False).returncode == 0


def own_folder(path: Path, account: Account | None) -> Path:
    """`path`, made if it is absent, closed to all but `account`."""
    path.mkdir(mode=0o700, exist_ok=True)
    if account is not None and path.stat().st_uid != account.uid:
        os.chown(path, account.uid, account.gid)
    return path


class Server:
    """One server process, in a session of its own so that Ctrl-C in the terminal reaches only its owner.

    `make_way` removes what a server that died may have left in the way of the next; `url` is where it is reached.
    """

    def __init__(
        self, name: str, url: str, command: Sequence[str], log: Path, folder: Path, make_way: Callable[[], None]
    ) -> None:
        self.name = name
        self.url = url
        self.log = log
        self._command = command
        self._folder = folder
        self._make_way = make_way
        self._process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        self._make_way()
        with self.log.open("ab") as output:
            return subprocess.Popen(
                self._command,
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    def ending(self) -> int | None:
        """Its exit code, negative for a signal; None while it runs."""
        return self._process.poll()

    def start_again(self) -> None:
        """Start a server that has died, where it was. Call it from the thread that started it; it is not waited for."""
        assert self.ending() is not None
        self._process = self._start()

    def check(self) -> None:
        """Raise StartFailure when the server has died."""
        if self.ending() is not None:
            raise StartFailure(f"The bundled {self.name} did not start: {_last_line(self.log)} (see {self.log})")

    def stop(self, *steps: tuple[signal.Signals, float]) -> None:
        """Send each signal in turn, waiting its seconds for the server to end; then kill it."""
        for number, seconds in steps:
            self._process.send_signal(number)
            try:
                self._process.wait(seconds)
            except subprocess.TimeoutExpired:
                continue
            return
        self._process.kill()
        self._process.wait()


def end_process(pid: int, *steps: tuple[signal.Signals, float]) -> None:
    """End a process that is not our child the same way; its end is seen by its leaving the process table."""
    for number, seconds in (*steps, (signal.SIGKILL, 5.0)):
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if not _runs(pid):
                return
            time.sleep(POLL_SECONDS)


def _runs(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"  # a zombie only waits for its parent to look


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines()
    return lines[-1].strip() if lines else "it said nothing"
