"""What the programs in Python are made of: comparisons that raise, and checks that report, a line of JSON each."""

import json
from collections.abc import Callable


def expect(found: object, wanted: object) -> None:
    if found != wanted:
        raise AssertionError(f"found {found!r}, wanted {wanted!r}")


def report(name: str, check: Callable[[], None]) -> None:
    try:
        check()
    except Exception as problem:
        print(json.dumps({"name": name, "problem": f"{type(problem).__name__}: {problem}"[:600]}))
    else:
        print(json.dumps({"name": name}))
