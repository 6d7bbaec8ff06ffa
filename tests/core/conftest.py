"""What tests of use cases may ask for."""

import pytest

from app.store import db


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[None]:
    """One entry for each statement that the database is asked."""
    connection_of = db._client
    asked: list[None] = []

    def counting() -> object:
        asked.append(None)
        return connection_of()

    monkeypatch.setattr(db, "_client", counting)
    return asked
