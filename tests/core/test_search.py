"""Search against the plainest search there is, inside an organization, in the order promised."""

import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import settings as budget
from hypothesis import strategies as st

from app.core.analytics.search import SearchResults, Section, search
from app.core.filters import LONGEST_TEXT
from app.domain.problems import Forbidden, InvalidInput
from app.domain.search import folded
from app.domain.viewer import Viewer
from app.store import db, models
from app.store.analytics import search as store
from app.store.ids import new_id
from tests.factories import at, new_viewer

ADDED_AT = at("2026-03-01 08:00")
PIECES = [
    *("a", "A", "b", "e", "é", "É", "e\u0301", "ñ", "Å", "ø", "i", "I", "İ", "ı", "ss", "SS", "ß", "ẞ", "ﬁ", "fi"),
    *("σ", "ς", "Σ", "Ά", "й", "И", "か", "が", "한", "東", "京", "😀", "🇩🇪", "١"),
    *("%", "_", "'", '"', "\\", "{", "}", ",", "$1", " ", "\n", "\u00a0", "\u0301"),
]
texts = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)
numbers = st.none() | st.integers(0, 3) | st.just(2**40)
instants = st.none() | st.integers(0, 3).map(lambda days: ADDED_AT + timedelta(days=days))


async def add_account(viewer: Viewer, handle: str, name: str | None = None, followers: int | None = None) -> None:
    await models.Account.create(
        id=new_id(),
        organization_id=viewer.organization_id,
        platform="tiktok",
        handle=handle,
        display_name=name,
        search_text=folded(handle, name),
        followers=followers,
        added_at=ADDED_AT,
    )


async def add_creator(viewer: Viewer, name: str) -> None:
    await models.Creator.create(
        organization_id=viewer.organization_id, name=name, search_text=folded(name), added_at=ADDED_AT
    )


async def add_video(
    viewer: Viewer, caption: str | None, views: int | None = None, published_at: datetime | None = None
) -> None:
    await models.Video.create(
        id=new_id(),
        organization_id=viewer.organization_id,
        platform="tiktok",
        external_id=str(uuid4()),
        kind="video",
        grows_from_zero=True,
        caption=caption,
        search_text=folded(caption),
        views=views,
        published_at=published_at,
    )


def names(found: SearchResults) -> tuple[list[str], list[str], list[str | None]]:
    """What stands in each section: handles, names, captions."""
    return (
        [account.handle for account in found.accounts],
        [creator.name for creator in found.creators],
        [video.caption for video in found.videos],
    )


def plain(text: str) -> str:
    """Without case and accents, by other means than the program's."""
    decomposed = unicodedata.normalize("NFD", text.casefold().replace("\u00a0", " "))
    return "".join(character for character in decomposed if unicodedata.category(character) != "Mn")


def is_found(wanted: str, *texts: str | None) -> bool:
    wanted, text = plain(wanted), "\n".join(plain(text) for text in texts if text)
    if not wanted.strip():
        return False
    return wanted in text if len(wanted) >= 3 else ("\n" + text).find("\n" + wanted) >= 0


def nulls_last(number: int | None) -> tuple[bool, int]:
    return (number is None, -(number or 0))


@st.composite
def questions(draw: st.DrawFn, corpus: Sequence[str]) -> str:
    """Anything, or a piece of a text there is, in another case or with other accents."""
    text = draw(st.sampled_from(corpus)) if corpus else ""
    start, length = draw(st.integers(0, len(text))), draw(st.integers(0, 6))
    change = draw(st.sampled_from([str, str.upper, str.lower, str.title, plain]))
    return draw(texts | st.just(change(text[start : start + length])))


@budget(max_examples=60, deadline=None)
@given(data=st.data())
async def test_what_is_found_is_what_holds_the_text(database: None, data: st.DataObject) -> None:
    handles = data.draw(
        st.lists(st.tuples(texts, st.none() | texts, numbers), max_size=5, unique_by=lambda row: row[0])
    )
    creators = data.draw(st.lists(texts, max_size=4))
    captions = data.draw(st.lists(st.tuples(st.none() | texts, numbers, instants), max_size=5))
    viewer = await new_viewer()
    for row in handles:
        await add_account(viewer, *row)
    for name in creators:
        await add_creator(viewer, name)
    for video in captions:
        await add_video(viewer, *video)
    corpus = [text for row in handles for text in row[:2] if text] + creators + [row[0] for row in captions if row[0]]
    for _ in range(5):
        text, limit = data.draw(questions(corpus)), data.draw(st.integers(1, 25))
        assert names(await search(viewer, text, limit)) == (
            [
                handle
                for handle, name, _ in sorted(handles, key=lambda row: (nulls_last(row[2]), row[0]))
                if is_found(text, handle, name)
            ][:limit],
            [name for name in sorted(creators) if is_found(text, name)][:limit],
            [
                caption
                for caption, _, _ in sorted(
                    captions, key=lambda row: (nulls_last(row[1]), -(row[2].timestamp() if row[2] else 0))
                )
                if is_found(text, caption)
            ][:limit],
        )


@pytest.mark.parametrize(
    ("caption", "text"),
    [
        ("Café an der Straße", "CAFE AN DER STRASSE"),
        ("CAFE AN DER STRASSE", "café an der straße"),
        ("Ο Σίσυφος", "ΣΙΣΥΦΟΣ"),
        ("100%_ sure", "0%_"),
        ('It\'s \\ "fine"', "'s \\ \""),
        ("東京タワー", "東京タ"),
        ("so 😀😀😀 good", "😀😀😀"),
        ("{a,b}", "{a,b}"),
        ("one\ntwo", "tw"),
        ("one\ntwo", "O"),
    ],
)
async def test_case_and_accents_do_not_matter_and_every_character_means_itself(
    database: None, caption: str, text: str
) -> None:
    viewer = await new_viewer()
    await add_video(viewer, caption)
    assert names(await search(viewer, text)) == ([], [], [caption])


@pytest.mark.parametrize(
    "text", ["100%", "1_0", "%%%", "___", "%", "_", "00", "\\%\\", "one two", "bcdabc", "wo", "a\nb"]
)
async def test_what_is_not_there_is_not_found(database: None, text: str) -> None:
    viewer = await new_viewer()
    for caption in ("110 and\\more", "one\ntwo", "two-one", "abc bcd cda dab"):
        await add_video(viewer, caption)
    await add_account(viewer, "0100", "1a0")
    assert names(await search(viewer, text)) == ([], [], [])


@pytest.mark.parametrize("text", ["", " ", "\t\n", "\u00a0", "\u0301", "\u0301 "])
async def test_blank_text_finds_nothing(database: None, text: str) -> None:
    viewer = await new_viewer()
    await add_account(viewer, " account", "\u0301 x")
    await add_video(viewer, "  a caption\n \u00a0")
    assert await search(viewer, text) == SearchResults()


async def test_an_organization_finds_its_own(database: None) -> None:
    viewer, stranger = await new_viewer(), await new_viewer()
    for somebody in (viewer, stranger):
        await add_account(somebody, "riverside")
        await add_creator(somebody, "River Phoenix")
        await add_video(somebody, "Down by the river")
    found = [await search(viewer, text) for text in ("river", "ri", "d")]
    assert [names(results) for results in found] == [
        (["riverside"], ["River Phoenix"], ["Down by the river"]),
        (["riverside"], ["River Phoenix"], []),
        ([], [], ["Down by the river"]),
    ]
    owners = [[row.organization_id for row in (*f.accounts, *f.creators, *f.videos)] for f in found]
    assert owners == [[viewer.organization_id] * 3, [viewer.organization_id] * 2, [viewer.organization_id]]


async def test_the_best_known_come_first_then_the_newest_and_what_is_not_known_last(database: None) -> None:
    viewer = await new_viewer()
    for handle, followers in (("who.b", None), ("who.c", 0), ("who.d", 2**40), ("who.e", 5), ("who.a", 5)):
        await add_account(viewer, handle, followers=followers)
    for name in ("Who is", "Who am", "Also who"):
        await add_creator(viewer, name)
    late, early = at("2026-02-02 00:00"), at("2026-02-01 00:00")
    for caption, views, published_at in (
        ("who, unknown", None, None),
        ("who, unknown and late", None, late),
        ("who, none", 0, late),
        ("who, some, unknown", 5, None),
        ("who, some, early", 5, early),
        ("who, some, late", 5, late),
        ("who, many", 2**40, early),
    ):
        await add_video(viewer, caption, views, published_at)
    assert names(await search(viewer, "WHO")) == (
        ["who.d", "who.a", "who.e", "who.c", "who.b"],
        ["Also who", "Who am", "Who is"],
        [
            "who, many",
            "who, some, late",
            "who, some, early",
            "who, some, unknown",
            "who, none",
            "who, unknown and late",
            "who, unknown",
        ],
    )


async def test_ten_of_each_unless_asked_otherwise_and_ties_stand_by_id(database: None) -> None:
    viewer = await new_viewer()
    for number in range(26):
        await add_account(viewer, f"account{25 - number:02}", followers=7)
        await add_creator(viewer, "Account of somebody")
        await add_video(viewer, "An account", views=7, published_at=ADDED_AT)
    few, many = await search(viewer, "ACCOUNT"), await search(viewer, "ACCOUNT", 25)
    assert [len(section) for section in (few.accounts, few.creators, few.videos)] == [10, 10, 10]
    assert [account.handle for account in many.accounts] == [f"account{number:02}" for number in range(25)]
    for section in (many.creators, many.videos):
        ids = [row.id for row in section]
        assert len(ids) == 25
        assert ids == sorted(ids)
    assert few == SearchResults(many.accounts[:10], many.creators[:10], many.videos[:10])


@pytest.mark.parametrize(
    ("text", "limit", "argument", "message"),
    [
        ("a" * (LONGEST_TEXT + 1), 10, "text", "The text has 129 characters; 128 are allowed."),
        (" " * (LONGEST_TEXT + 1), 10, "text", "The text has 129 characters; 128 are allowed."),
        ("a\0b", 10, "text", "The text takes no NUL character and no half of a surrogate pair."),
        ("ab\ud83d", 10, "text", "The text takes no NUL character and no half of a surrogate pair."),
        ("a", 0, "limit", "The limit is 0; it takes 1 to 25."),
        ("", 26, "limit", "The limit is 26; it takes 1 to 25."),
    ],
)
async def test_what_is_out_of_bounds_is_named(
    database: None, text: str, limit: int, argument: str, message: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        await search(await new_viewer(), text, limit)
    assert (refused.value.message, refused.value.path) == (message, (argument,))


async def test_the_longest_text_is_searched_whole(database: None) -> None:
    viewer = await new_viewer()
    longest = "ﷺ" * (LONGEST_TEXT - 1) + "!"
    await add_video(viewer, f"... {longest}")
    await add_video(viewer, f"... {longest[:-1]}?")
    assert names(await search(viewer, longest)) == ([], [], [f"... {longest}"])


async def test_a_key_that_may_not_read_is_refused(database: None) -> None:
    with pytest.raises(Forbidden):
        await search(replace(await new_viewer(), scopes=frozenset()), "river")


async def test_only_the_sections_asked_for_are_searched(database: None, monkeypatch: pytest.MonkeyPatch) -> None:
    viewer = await new_viewer()
    await add_account(viewer, "riverside")
    await add_creator(viewer, "River Phoenix")
    await add_video(viewer, "Down by the river")
    read: list[str] = []

    async def listening(sql: str, *values: object) -> object:
        read.append(sql.partition("WHERE organization_id")[0].split()[-1])
        return await db.fetch(sql, *values)

    monkeypatch.setattr(store, "fetch", listening)
    assert names(await search(viewer, "river", sections={Section.VIDEOS})) == ([], [], ["Down by the river"])
    assert names(await search(viewer, "river", sections={Section.CREATORS})) == ([], ["River Phoenix"], [])
    assert names(await search(viewer, "river", sections=())) == ([], [], [])
    assert read == ["video", "creator"]
