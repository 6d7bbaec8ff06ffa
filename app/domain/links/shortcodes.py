"""Instagram's shortcodes against its media pks: one number, written in two ways."""

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
DIGIT = {character: value for value, character in enumerate(ALPHABET)}
PRIVATE_KEY_LENGTH = 28
"""A shortcode longer than this belongs to a private post: the ordinary one, then a key of this length."""


def shortcode_of(pk: int) -> str:
    """The shortcode of a media pk.

    >>> shortcode_of(3540614075954356349)
    'DEiyb48AeB9'
    """
    digits = []
    while pk:
        pk, value = divmod(pk, 64)
        digits.append(ALPHABET[value])
    return "".join(reversed(digits)) or ALPHABET[0]


def pk_of(shortcode: str) -> int:
    """The media pk of a shortcode. Raises ValueError for a character outside the alphabet.

    >>> pk_of("DEiyb48AeB9")
    3540614075954356349
    """
    value = 0
    for character in without_key(shortcode):
        if character not in DIGIT:
            raise ValueError(f"{character!r} is not a character of a shortcode")
        value = value * 64 + DIGIT[character]
    return value


def without_key(shortcode: str) -> str:
    """The ordinary shortcode, without the key of a private post."""
    return shortcode[:-PRIVATE_KEY_LENGTH] if len(shortcode) > PRIVATE_KEY_LENGTH else shortcode
