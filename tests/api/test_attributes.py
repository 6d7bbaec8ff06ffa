"""What is read of records follows what is selected: each field by itself shows what it shows among all others."""

from datetime import timedelta
from typing import Any

import pytest
from graphql import GraphQLObjectType, get_named_type, is_leaf_type, is_required_argument, parse

from app.api.graphql.schema import executable
from app.api.graphql.serving.attributes import attributes_read
from app.api.graphql.values.ids import encode_id
from app.core.tracking.creators import NewCreator, create_creator, link_account
from app.store.accounts import ACCOUNT
from app.store.creators import CREATOR
from app.store.videos import VIDEO
from tests.api.conftest import Caller
from tests.factories import account_facts, at, new_account, post, record

ADDED_AT = at("2026-03-01 08:00")


def selections(type_name: str) -> list[str]:
    """Each field of a type that takes no argument which has to be given, with something below it."""
    type_ = executable.type_map[type_name]
    assert isinstance(type_, GraphQLObjectType)
    return [
        name if is_leaf_type(get_named_type(field.type)) else f"{name} {{ __typename }}"
        for name, field in type_.fields.items()
        if not any(is_required_argument(argument) for argument in field.args.values())
    ]


@pytest.mark.parametrize("type_name", ["Account", "Creator", "Video"])
async def test_a_field_alone_shows_what_it_shows_among_all_others(caller: Caller, type_name: str) -> None:
    creator = await create_creator(caller.viewer, NewCreator("Adele", {"team": "a"}), now=ADDED_AT)
    account = await new_account(caller.viewer, ADDED_AT)
    await link_account(caller.viewer, creator.id, account.id, now=ADDED_AT)
    posts = [post(f"{account.handle}-1", at("2026-02-01 12:00"), {"views": 9, "likes": 3})]
    await record(account, account_facts(account, ADDED_AT + timedelta(hours=1), posts, {"followers": 70}))
    data = await caller.data("{ videos { nodes { id } } }")
    ids = {
        "Account": encode_id("Account", account.id),
        "Creator": encode_id("Creator", creator.id),
        "Video": data["videos"]["nodes"][0]["id"],
    }
    plural, single = f"{type_name.lower()}s", type_name.lower()
    window = '{ between: { start: "2026-03-01", end: "2026-03-02" } }'
    ways = {
        f"{plural}(first: 1) {{ nodes {{ %s }} }}": (plural, "nodes", 0),
        f'{single}(id: "{ids[type_name]}") {{ %s }}': (single,),
        f'node(id: "{ids[type_name]}") {{ ... on {type_name} {{ %s }} }}': ("node",),
        f"top{type_name}s(first: 1, window: {window}) {{ nodes {{ {single} {{ %s }} }} }}": (
            *(f"top{type_name}s", "nodes", 0),
            single,
        ),
    }
    everything = " ".join(selections(type_name))
    for way, path in ways.items():
        whole = below(await caller.data("{ " + way.replace("%s", everything) + " }"), path)
        for selection in selections(type_name):
            alone = below(await caller.data("{ " + way.replace("%s", selection) + " }"), path)
            name = selection.split()[0]
            assert alone == {name: whole[name]}, (way, name)


def below(data: Any, path: tuple[str | int, ...]) -> Any:
    for step in path:
        data = data[step]
    return data


def test_attributes_are_those_of_fields_wherever_they_are_selected() -> None:
    document = parse(
        """
        query One { videos { nodes { caption account { ...Name @include(if: false) } } } }
        query Two { node(id: "x") { id ... on Tracked { addedAt } ... on Creator { accountCount } } }
        fragment Name on Account { displayName creator { name } }
        """
    )
    read = attributes_read(executable, document)
    assert read["Video"] == {"id", "caption", "added_at"}
    assert read["Account"] == {"id", "display_name", "added_at"}
    assert read["Creator"] == {"id", "account_count", "name"}


def test_columns_are_those_that_the_attributes_are_made_of() -> None:
    assert VIDEO.of(frozenset({"caption", "no such attribute"})).columns == (
        "id",
        "organization_id",
        "account_id",
        "caption",
    )
    assert ACCOUNT.of(frozenset({"url"})).columns == ("id", "organization_id", "creator_id", "platform", "handle")
    assert CREATOR.of(frozenset({"account_count"})).columns == ("id", "organization_id", "platforms")
    assert CREATOR.of(frozenset({"name"})).columns == ("id", "organization_id", "name")


def test_a_record_lacks_what_was_not_read_and_says_so() -> None:
    shape = VIDEO.of(frozenset({"caption"}))
    video = shape.read_named({"id": 1, "organization_id": 2, "account_id": None, "caption": "Hello"})
    assert (video.id, video.caption) == (1, "Hello")
    with pytest.raises(AttributeError):
        _ = video.url
