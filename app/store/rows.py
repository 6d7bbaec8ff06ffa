"""Rows of the tables that grow with time, written many at once."""

from collections.abc import Mapping, Sequence

from app.store.db import copy_rows, execute


async def write_rows(
    table: str, columns: Mapping[str, str], keys: int, rows: Sequence[Sequence[object]], *, are_new: bool
) -> None:
    """Writes rows in the order given, each in place of the one that has its key.

    `columns` are names with their types, the first `keys` of them the key. With `are_new` the caller vouches that no
    row has the key of any: then they are copied, which takes half the time and half the log.
    """
    if not rows:
        return
    if are_new:
        await copy_rows(table, list(columns), rows)
        return
    names = list(columns)
    await execute(
        f"""
        INSERT INTO {table} ({", ".join(names)})
        SELECT * FROM unnest({", ".join(f"${number}::{kind}[]" for number, kind in enumerate(columns.values(), 1))})
        ON CONFLICT ({", ".join(names[:keys])})
        DO UPDATE SET {", ".join(f"{name} = EXCLUDED.{name}" for name in names[keys:])}
        """,
        *(list(values) for values in zip(*rows, strict=True)),
    )
