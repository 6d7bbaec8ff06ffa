"""Accounts, creators and videos where any of them may stand."""

from typing import Annotated, TypeAlias

import strawberry

from app.api.graphql.loaders import Loaders
from app.api.graphql.nodes.accounts import Account
from app.api.graphql.nodes.creators import Creator
from app.api.graphql.nodes.videos import Video
from app.api.graphql.values.ids import encode_id
from app.domain import records

Subject: TypeAlias = Annotated[
    Account | Creator | Video, strawberry.union("Subject", description="What figures are compared of.")
]


async def load_subject(
    loaders: Loaders, reference: records.SubjectReference
) -> records.Account | records.Creator | records.Video | None:
    """The record that is meant; None when it was removed meanwhile."""
    if reference.account_id is not None:
        return await loaders.accounts.load(reference.account_id)
    if reference.creator_id is not None:
        return await loaders.creators.load(reference.creator_id)
    assert reference.video_id is not None
    return await loaders.videos.load(reference.video_id)


def subject_id(reference: records.SubjectReference) -> strawberry.ID:
    """Its global id."""
    for type_name, id in (
        ("Account", reference.account_id),
        ("Creator", reference.creator_id),
        ("Video", reference.video_id),
    ):
        if id is not None:
            return encode_id(type_name, id)
    raise AssertionError("a reference means something")
