"""Searching: what is written and what is asked are folded the same way, so that case and accents do not matter."""

import unicodedata

LONGEST_TEXT = 2000
"""Characters of a text that are searched; captions beyond it are rare and no title hides at their end."""
VARIATION_SELECTORS = frozenset(map(chr, range(0xFE00, 0xFE10)))
"""They choose how a character looks, text or picture, and say nothing."""


def folded(*texts: str | None) -> str:
    """The texts as they are searched: without case and accents, one after the other with a line break between.

    >>> folded("Riverside Café", None, "STRASSE")
    'riverside cafe\\nstrasse'
    >>> folded("\U0001d411\U0001d422\U0001d42f\U0001d41e\U0001d42b \u2764\ufe0f") == "river \u2764"
    True
    """
    return "\n".join(_fold(text[:LONGEST_TEXT]) for text in texts if text)


def _fold(text: str) -> str:
    # Once before as well: compatibility forms such as mathematical letters decompose into capitals.
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(character for character in decomposed if not _is_dropped(character))


def _is_dropped(character: str) -> bool:
    return bool(unicodedata.combining(character)) or character in VARIATION_SELECTORS
