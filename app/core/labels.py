"""Labels: what callers write on their things (names, categories, metadata, intervals), and the bounds of it."""

from collections.abc import Mapping

from app.domain.problems import InvalidInput

LONGEST_NAME = 255
LONGEST_CATEGORY = 128
MOST_METADATA = 20
LONGEST_METADATA = 255
REFRESH_INTERVAL_HOURS = range(6, 721)
NOT_STORED = "no NUL character and no half of a surrogate pair"


def read_name(text: str, *path: str) -> str:
    """The name in `text`, without space around it. Raises InvalidInput naming `path` unless it has 1 to 255 characters.

    >>> read_name("  Rival Media ")
    'Rival Media'
    """
    name = text.strip()
    if not name:
        raise InvalidInput(f"The name is empty; it takes 1 to {LONGEST_NAME} characters.", *path)
    if len(name) > LONGEST_NAME or not can_be_stored(name):
        raise InvalidInput(f"The name takes at most {LONGEST_NAME} characters, {NOT_STORED}.", *path)
    return name


def read_category(text: str | None, *path: str) -> str | None:
    """The category in `text`, or None when there is none. Raises InvalidInput naming `path` beyond 128 characters."""
    if text is None or not text.strip():
        return None
    if len(text) > LONGEST_CATEGORY or not can_be_stored(text):
        raise InvalidInput(f"The category takes at most {LONGEST_CATEGORY} characters, {NOT_STORED}.", *path)
    return text.strip()


def check_metadata(metadata: Mapping[str, str], *path: str) -> None:
    """Raises InvalidInput naming `path` unless there are at most 20 keys, keys and values strings of at most 255."""
    if len(metadata) > MOST_METADATA:
        raise InvalidInput(f"There are {len(metadata)} metadata keys; {MOST_METADATA} are allowed.", *path)
    for key, value in metadata.items():
        if not isinstance(value, str):
            raise InvalidInput(f"The metadata value of {key[:64]!r} is not a string.", *path)
        if not 1 <= len(key) <= LONGEST_METADATA or len(value) > LONGEST_METADATA or not can_be_stored(key + value):
            raise InvalidInput(
                f"Metadata keys take 1 to {LONGEST_METADATA} characters, values at most as many, {NOT_STORED} "
                f"({key[:64]!r}).",
                *path,
            )


def check_refresh_interval(hours: int, *path: str) -> None:
    """Raises InvalidInput naming `path` unless it is 6 to 720 hours."""
    if hours not in REFRESH_INTERVAL_HOURS:
        allowed = f"{REFRESH_INTERVAL_HOURS.start} to {REFRESH_INTERVAL_HOURS.stop - 1}"
        raise InvalidInput(f"The refresh interval is {hours} hours; it takes {allowed}.", *path)


def can_be_stored(text: str) -> bool:
    """Whether the database takes a text: no NUL character, no half of a surrogate pair."""
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)
