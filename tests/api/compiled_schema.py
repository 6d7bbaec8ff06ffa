"""A schema in which every construct of the language occurs, over records in memory, some of which are faulty."""

import asyncio
from collections.abc import Awaitable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import Enum, StrEnum
from typing import Annotated, Any, Generic, TypeVar

import strawberry
from strawberry import UNSET
from strawberry.dataloader import DataLoader
from strawberry.schema.config import StrawberryConfig

from app.api.graphql.batching import Loader
from app.api.graphql.compiled.readings import RELATION, Relation
from app.api.graphql.fields import resolver
from app.api.graphql.selections import selected_fields
from app.api.graphql.values.scalars import JSON, SCALARS, URL, BigInt

Item = TypeVar("Item")


@strawberry.enum
class Mood(StrEnum):
    HAPPY = "happy"
    SAD = "sad"


@strawberry.enum
class Size(Enum):
    SMALL = 1
    LARGE = 2


@dataclass
class CatRecord:
    """A cat; anything may be None or wrong, whatever the schema promises."""

    key: int
    name: Any = "Tom"
    age: Any = 3
    weight: Any = 4.5
    is_tame: Any = True
    mood: Any = Mood.HAPPY
    size: Any = Size.SMALL
    born: Any = datetime(2020, 1, 2, 3, 4, 5, 678, tzinfo=UTC)
    day: Any = date(2020, 1, 2)
    lives: Any = 2**40
    url: Any = "https://example.com/tom"
    metadata: Any = field(default_factory=lambda: {"a": "b"})
    tags: Any = ("x", "y")
    matrix: Any = ((1, 2), (3,))
    moods: Any = (Mood.SAD, Mood.HAPPY)
    friend_keys: Sequence[int] = ()
    rival_key: Any = None
    kittens: Any = ()
    box: Any = None


@dataclass
class DogRecord:
    """A dog."""

    key: int
    name: Any = "Rex"
    bark: Any = "woof"
    master: Any = None
    toys: Any = ()


@dataclass
class BoxRecord:
    """Something whose type has no test of its own."""

    label: Any = "box"
    inside: Any = None
    strict: Any = None


@dataclass
class Page:
    nodes: Any
    cursors: Sequence[str]


class World:
    """What a request is about: records by key, and a loader of them."""

    def __init__(self, records: dict[int, Any]) -> None:
        self.records = records
        self.batches: list[list[int]] = []
        self.loader: DataLoader[int, Any] = DataLoader(self._load)
        self.rivals: Loader[int, Any] = Loader(self._load_rivals, set(), KeyError("no such record"))

    async def _load(self, keys: list[int]) -> list[Any]:
        self.batches.append(sorted(keys))
        await asyncio.sleep(0)
        return [self.records.get(key, KeyError(f"no record {key}")) for key in keys]

    async def _load_rivals(self, keys: Sequence[int]) -> Mapping[int, Any]:
        self.batches.append(list(keys))
        await asyncio.sleep(0)
        return {key: self.records[key] for key in keys if key in self.records}


def load_rivals(world: World, keys: Collection[int]) -> Awaitable[Mapping[int, Any]]:
    return world.rivals.load_all(keys)


Info = strawberry.Info[World, None]


def load_rival(record: strawberry.Parent[CatRecord], info: Info) -> Awaitable[Any] | None:
    return None if record.rival_key is None else info.context.rivals.load(record.rival_key)


BY_RIVAL_KEY = {RELATION: Relation("rival_key", load_rivals)}


@strawberry.input
class Wanted:
    least: int = 0
    name: str | None = UNSET
    moods: list[Mood] | None = None


@strawberry.interface
class Named:
    name: str

    @resolver("A field.")
    def shout(record: strawberry.Parent[Any], times: int = 1) -> str:
        return record.name.upper() * times

    @resolver("A field.")
    async def slow_name(record: strawberry.Parent[Any]) -> str:
        await asyncio.sleep(0)
        if not record.name:
            raise ValueError("nameless")
        return record.name


@strawberry.type
class Box:
    label: str | None
    inside: Annotated["Pet", strawberry.lazy("tests.api.compiled_schema")] | None
    strict: Annotated["Pet", strawberry.lazy("tests.api.compiled_schema")]

    @resolver("A field.")
    def echo(
        box: strawberry.Parent[BoxRecord],
        info: Info,
        wanted: Wanted | None = UNSET,
        text: str | None = "default",
        moods: list[Mood] = (Mood.SAD,),
    ) -> str:
        return f"{box.label} {wanted!r} {text!r} {moods!r} {sorted(selected_fields(info))} {info.field_name}"

    @resolver("A field.")
    def boxes(box: strawberry.Parent[BoxRecord], info: Info) -> list["Box"]:
        below = sorted(selected_fields(info))
        return [BoxRecord(label=",".join(below)), box]


@strawberry.type
class Cat(Named):
    name: str
    age: int | None
    weight: float | None
    is_tame: bool
    mood: Mood | None
    size: Size
    born: datetime | None
    day: date | None
    lives: BigInt | None
    url: URL
    metadata: JSON
    tags: list[str]
    matrix: list[list[int]] | None
    moods: list[Mood | None] | None
    box: Box | None
    kittens: list["Cat"]

    @resolver("A field.")
    def id(record: strawberry.Parent[CatRecord]) -> strawberry.ID:
        return strawberry.ID(f"cat-{record.key}")

    @strawberry.field
    def own_name(self) -> str | None:
        return self.name

    @resolver("A field.", list[Named | None])
    async def friends(record: strawberry.Parent[CatRecord], info: Info) -> list[Any]:
        return await info.context.loader.load_many(list(record.friend_keys))

    @resolver("A field.", Named | None)
    def best_friend(record: strawberry.Parent[CatRecord], info: Info) -> Awaitable[Any] | None:
        return info.context.loader.load(record.friend_keys[0]) if record.friend_keys else None

    @resolver("A field.", Named)
    async def sure_friend(record: strawberry.Parent[CatRecord], info: Info) -> Any:
        return await info.context.loader.load(record.friend_keys[0]) if record.friend_keys else None

    rival: Named | None = strawberry.field(resolver=load_rival, metadata=BY_RIVAL_KEY)
    sure_rival: Named = strawberry.field(resolver=load_rival, metadata=BY_RIVAL_KEY)

    @resolver("A field.", list[Named])
    def all_friends(record: strawberry.Parent[CatRecord], info: Info) -> list[Any]:
        return [info.context.loader.load(key) for key in record.friend_keys]

    @resolver("A field.", list[list[Named | None]] | None)
    def grid(record: strawberry.Parent[CatRecord], info: Info) -> Any:
        return [(info.context.loader.load(key), None) for key in record.friend_keys]

    @resolver("A field.", list[str] | None)
    def drops(record: strawberry.Parent[CatRecord]) -> Any:
        return (tag for tag in record.tags)

    @resolver("A field.")
    def fragile(record: strawberry.Parent[CatRecord], limit: int = 2) -> int | None:
        if record.key > limit:
            raise ValueError(f"key {record.key} is over {limit}")
        return record.key

    @resolver("A field.")
    async def brittle(record: strawberry.Parent[CatRecord]) -> int:
        await asyncio.sleep(0)
        if record.key % 3 == 2:
            raise ValueError(f"brittle {record.key}")
        return record.key

    @resolver("A field.")
    def page(record: strawberry.Parent[CatRecord]) -> "Connection[Cat]":
        kittens = record.kittens or ()
        return Page(kittens, [f"c{index}" for index, _ in enumerate(kittens)])

    @classmethod
    def is_type_of(cls, value: Any, _info: object) -> bool:
        return isinstance(value, CatRecord)


@strawberry.type
class Dog(Named):
    name: str
    bark: str
    toys: list[str | None]

    @resolver("A field.", Annotated["Pet", strawberry.lazy("tests.api.compiled_schema")] | None)
    def master(record: strawberry.Parent[DogRecord]) -> Any:
        return record.master

    @classmethod
    def is_type_of(cls, value: Any, _info: object) -> bool:
        return isinstance(value, DogRecord)


Pet = Annotated[Cat | Dog, strawberry.union("Pet")]


@strawberry.type
class Edge(Generic[Item]):
    node: Item
    cursor: str


@strawberry.type
class Connection(Generic[Item]):
    nodes: list[Item]

    @resolver("A field.")
    def edges(page: strawberry.Parent[Page]) -> list[Edge[Item]]:
        return [Edge(node=node, cursor=cursor) for node, cursor in zip(page.nodes, page.cursors, strict=True)]


@strawberry.type
class Query:
    @resolver("A field.", Cat | None)
    async def cat(info: Info, key: int = 1) -> Any:
        return await info.context.loader.load(key)

    @resolver("A field.", Cat)
    async def sure_cat(info: Info, key: int = 1) -> Any:
        return await info.context.loader.load(key)

    @resolver("A field.", list[Cat])
    def cats(info: Info) -> list[Any]:
        return [record for record in info.context.records.values() if isinstance(record, CatRecord)]

    @resolver("A field.", list[Named | None] | None)
    def named(info: Info) -> Iterable[Any]:
        return tuple(info.context.records.values())

    @resolver("A field.", list[Pet] | None)
    async def pets(info: Info, only: Wanted | None = None) -> list[Any]:
        await asyncio.sleep(0)
        least = only.least if only else 0
        return [record for key, record in info.context.records.items() if key >= least]

    @resolver("A field.", Box)
    def box(info: Info) -> Any:
        return BoxRecord(inside=info.context.records.get(1), strict=info.context.records.get(2))


schema = strawberry.Schema(query=Query, types=[Cat, Dog], config=StrawberryConfig(scalar_map=SCALARS))
