"""A fresh sandbox for each test."""

from collections.abc import AsyncIterator

import pytest

from app.sandbox.server import create_app
from tests.sandbox.reading import Sandbox


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    client = Sandbox(create_app(seed=1))
    async with client.http:
        yield client
