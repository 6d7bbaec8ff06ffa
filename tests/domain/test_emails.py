"""Mail addresses in biographies: the first one that stands there whole."""

import pytest

from app.domain.emails import first_email


@pytest.mark.parametrize(
    ("text", "email"),
    [
        ("anna@example.com", "anna@example.com"),
        ("Anna.Smith@Example.COM", "Anna.Smith@example.com"),
        ("📩anna@example.com", "anna@example.com"),
        ("Business: anna@example.com.", "anna@example.com"),
        ("(anna@example.com)", "anna@example.com"),
        ("mailto:anna@example.com?subject=hi", "anna@example.com"),
        ("<anna@example.com>", "anna@example.com"),
        ("anna@example.com/bob@example.org", "anna@example.com"),
        ("one@first.example two@second.example", "one@first.example"),
        ("two lines\nanna@example.com\nmore", "anna@example.com"),
        ("-anna@example.com", "anna@example.com"),
        ("...anna@example.com", "anna@example.com"),
        ("a@b.co", "a@b.co"),
        ("anna+tag_1%x@mail.example.co.uk", "anna+tag_1%x@mail.example.co.uk"),
        ("o'neil@example.com", "o'neil@example.com"),
        ("_anna_@example.com", "_anna_@example.com"),
        ("お仕事はanna@example.comまで", "anna@example.com"),
        ("联系anna@example.com", "anna@example.com"),
        ("anna@my-shop.example.com", "anna@my-shop.example.com"),
        ("bad..dots@example.com good@example.com", "good@example.com"),
        ("trailing.@example.com good@example.com", "good@example.com"),
        (f"{'x' * 65}@example.com good@example.com", "good@example.com"),
        (f"{'x' * 64}@example.com", f"{'x' * 64}@example.com"),
        (f"a@{'b' * 64}.com good@example.com", "good@example.com"),
        (f"{'x' * 64}@{'.'.join(['b' * 60] * 4)}.com good@example.com", "good@example.com"),
        ("@handle of somebody", None),
        ("anna@example", None),
        ("anna@example.c", None),
        ("anna@.com", None),
        ("anna@-example.com", None),
        ("anna@example-.com", None),
        ("@example.com", None),
        ("anna at example.com", None),
        ("anna@example.com1", None),
        ("andré@example.com", None),
        ("", None),
        ("   ", None),
        (None, None),
    ],
)
def test_the_first_whole_address_is_told(text: str | None, email: str | None) -> None:
    assert first_email(text) == email


def test_a_text_made_to_be_slow_is_not() -> None:
    assert first_email("a." * 50_000 + "@" + "b-." * 50_000) is None
    assert first_email("@".join(["a" * 63] * 3_000)) is None
