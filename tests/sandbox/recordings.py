"""Recorded answers, and how those of the sandbox are compared with them."""

import json
from collections.abc import Collection
from pathlib import Path

RECORDED = Path(__file__).parents[1] / "recorded"


def recorded(name: str) -> dict:
    """The recorded answer of that name."""
    return json.loads((RECORDED / name).read_text())


def assert_keys_of(name: str, shown: dict, model: dict, documented: Collection[tuple[str, str]] = ()) -> None:
    """Every key of `shown` is one of the recorded `model`, with a value of the same type, all the way down.

    `documented` names those that are not, as (where, key).
    """
    for key, value in shown.items():
        if (name, key) in documented:
            continue
        assert key in model, f"{name}.{key} is not in the recorded answer"
        expected = model[key]
        if value is None or expected is None:
            continue
        assert type(value) is type(expected), f"{name}.{key}"
        if isinstance(value, dict):
            assert_keys_of(f"{name}.{key}", value, expected, documented)
        elif isinstance(value, list) and expected and isinstance(expected[0], dict):
            for entry in value:
                assert_keys_of(f"{name}.{key}[]", entry, expected[0], documented)
