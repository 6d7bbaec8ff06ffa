"""Exports from the command line: a table written whole to a file or to standard output."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import aclosing, contextmanager
from pathlib import Path
from typing import BinaryIO, Literal

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn

from app.api.exports.arguments import ARGUMENTS, Export, open_export
from app.api.exports.formats import FORMATS, Format, write_table
from app.core.access.keys import operate
from app.domain.clock import utc_now
from app.domain.problems import InvalidInput
from app.embedded import StartFailure
from app.preflight import opened_database, update_tables
from app.runtime import is_database_away
from app.settings import Settings

EXPORTS = tuple(ARGUMENTS)
ENDINGS = tuple(FORMATS)
STANDARD_OUTPUT = "Standard output"


async def run_export(
    settings: Settings,
    name: str,
    organization: str,
    ending: str,
    given: Sequence[tuple[str, str]],
    *,
    output: Path | None,
    progress: Console,
) -> None:
    """Writes an export of the organization of that name, with the arguments the API takes.

    A file appears under its name once it is whole, in the place of one that was there before. How far it is shows on
    the terminal of `progress`, if it is one. Raises Problem and StartFailure.
    """
    await update_tables(settings)
    async with opened_database(settings):
        viewer = await operate(organization)
        export = await open_export(name, viewer, given, utc_now())
        try:
            with _draft(output) as file:
                await _write(export, FORMATS[ending], file, output, progress)
        except BrokenPipeError:  # whoever reads standard output has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        except Exception as failure:
            if is_database_away(failure):
                raise StartFailure("the database stopped answering; nothing is exported") from None
            raise


async def _write(export: Export, format: Format, file: BinaryIO, output: Path | None, progress: Console) -> None:
    is_seen = progress.is_terminal and not (output is None and sys.stdout.isatty())
    columns = SpinnerColumn(), TextColumn("{task.completed:,} rows")
    with Progress(*columns, console=progress, disable=not is_seen) as shown:
        task = shown.add_task(export.name, total=None)
        async with aclosing(write_table(export.table, export.records, format)) as chunks:
            async for chunk in chunks:
                with _writing(output):
                    file.write(chunk.content)
                shown.advance(task, chunk.rows)


@contextmanager
def _draft(output: Path | None) -> Iterator[BinaryIO]:
    """Where to write; what was written takes the name of `output` when the block ends well, and is gone otherwise."""
    if output is None:
        yield sys.stdout.buffer
        with _writing(output):
            sys.stdout.buffer.flush()
        return
    if output.exists() and not output.is_file():  # a device or a pipe; a folder is refused
        with _opened(output, "wb", output) as file:
            yield file
        return
    target = output.resolve()
    draft = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with _opened(draft, "xb", output) as file:
            yield file
            with _writing(output):
                file.flush()
                os.fsync(file.fileno())
        with _writing(output):
            draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def _opened(path: Path, mode: Literal["wb", "xb"], output: Path) -> Iterator[BinaryIO]:
    with _writing(output):
        file = path.open(mode)
    try:
        yield file
    finally:
        with _writing(output):  # what is still in the buffer
            file.close()


@contextmanager
def _writing(output: Path | None) -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise InvalidInput(f"{output or STANDARD_OUTPUT} cannot be written: {error.strerror}", "output") from None
