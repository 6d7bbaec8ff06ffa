"""Searching: what is written and what is asked are folded the same way, so that case and accents do not matter."""

import unicodedata

LONGEST_TEXT = 2000
"""Characters of a text that are searched; captions beyond it are rare and no title hides at their end."""


def folded(*texts: str | None) -> str:
    """The texts as they are searched: without case and accents, one after the other with a line break between.

    >>> folded("Riverside Café", None, "STRASSE")
    'riverside cafe\\nstrasse'
    """
    return "\n".join(_fold(text[:LONGEST_TEXT]) for text in texts if text)


def _fold(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))
