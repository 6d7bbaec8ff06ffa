"""`python -m tests.store` writes app/store/schema.sql from the migrations."""

import asyncio

from tests import engines
from tests.store.test_schema import COMMITTED, dump_catalogue


async def main() -> None:
    """Migrates a database that lives as long as this takes, and writes its catalogue down."""
    with engines.cluster() as administration:
        async with engines.cloned_database(administration) as url:
            COMMITTED.write_text(dump_catalogue(url))


asyncio.run(main())
