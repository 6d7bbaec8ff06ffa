"""Conditions: filters as SQL over the tables `account`, `creator` and `video`, by just these names."""

from collections.abc import Collection

import msgspec

from app.domain.filters import AccountFilter, CountRange, CreatorFilter, Labels, Period, VideoFilter
from app.store.parameters import Parameters

TRIGRAM = 3


def account_conditions(parameters: Parameters, organization: str, filter: AccountFilter) -> str:
    """The organization's accounts that fulfil a filter; `organization` stands for its id."""
    found = _Conditions(parameters, f"account.organization_id = {organization}", "account.removed_at IS NULL")
    found.among("account.platform", filter.platforms, "text")
    found.among("account.category", filter.categories, "text")
    found.among("account.creator_id", filter.creator_ids, "uuid")
    found.truth("account.creator_id IS NOT NULL", filter.has_creator)
    found.truth("account.is_active", filter.is_active)
    found.truth("account.is_unavailable", filter.is_unavailable)
    found.truth("account.is_verified", filter.is_verified)
    found.truth("account.is_private", filter.is_private)
    found.labelled("account.metadata", filter.metadata)
    found.within("account.followers", filter.followers)
    found.holding("account.search_text", filter.text)
    if filter.handle is not None:
        found.add(f"position({parameters.add(filter.handle, 'text')} IN account.handle) > 0")
    return str(found)


def creator_conditions(parameters: Parameters, organization: str, filter: CreatorFilter) -> str:
    """The organization's creators that fulfil a filter; `organization` stands for its id."""
    found = _Conditions(parameters, f"creator.organization_id = {organization}")
    found.truth("creator.is_active", filter.is_active)
    if filter.name is not None:
        found.add(f"lower(creator.name) = lower({parameters.add(filter.name, 'text')})")
    if filter.platforms is not None:
        linked = _Conditions(
            parameters,
            f"account.organization_id = {organization}",
            "account.creator_id = creator.id",
            "account.removed_at IS NULL",
        )
        linked.among("account.platform", filter.platforms, "text")
        found.add(f"EXISTS (SELECT FROM account WHERE {linked})")
    found.labelled("creator.metadata", filter.metadata)
    found.holding("creator.search_text", filter.text)
    return str(found)


def video_conditions(parameters: Parameters, organization: str, filter: VideoFilter) -> str:
    """The organization's videos that fulfil a filter; `organization` stands for its id."""
    found = _Conditions(parameters, f"video.organization_id = {organization}", "video.removed_at IS NULL")
    found.among("video.account_id", filter.account_ids, "uuid")
    if filter.creator_ids is not None:
        linked = _Conditions(parameters, f"account.organization_id = {organization}", "account.removed_at IS NULL")
        linked.among("account.creator_id", filter.creator_ids, "uuid")
        found.add(f"video.account_id IN (SELECT account.id FROM account WHERE {linked})")
    found.truth(
        "EXISTS (SELECT FROM account WHERE account.id = video.account_id AND account.creator_id IS NOT NULL"
        " AND account.removed_at IS NULL)",
        filter.has_creator,
    )
    found.among("video.platform", filter.platforms, "text")
    found.among("video.kind", filter.kinds, "text")
    found.during("video.published_at", filter.published)
    found.truth("video.added_at IS NOT NULL", filter.is_tracked)
    found.truth("video.account_id IS NOT NULL", filter.is_discovered)
    found.truth("video.is_active", filter.is_active)
    found.truth("video.is_unavailable", filter.is_unavailable)
    found.truth("video.is_pinned", filter.is_pinned)
    found.within("video.views", filter.views)
    found.holding("video.search_text", filter.text)
    return str(found)


def holding(column: str, parameter: str, wanted: str) -> str:
    """The condition that a folded text holds `wanted`, a folded text that is not empty and that `parameter` stands for.

    Three characters and more are found anywhere, fewer at the start of a line. No character is a wildcard.
    """
    # The index on trigrams knows neither their order nor organizations: it narrows down, and what it gives is checked.
    # For words in everybody's mouth the planner intersects it with an index led by the organization, before it visits
    # a row. Text without a trigram finds nothing in it: the organization's rows are read, by an index led by that.
    if len(wanted) >= TRIGRAM:
        return f"trigrams({column}) @> trigrams({parameter}) AND position({parameter} IN {column}) > 0"
    return rf"(starts_with({column}, {parameter}) OR position(E'\n' || {parameter} IN {column}) > 0)"


class _Conditions:
    """Conditions that all have to hold, each left out where it is asked with None."""

    def __init__(self, parameters: Parameters, *always: str) -> None:
        self._parameters = parameters
        self._conditions = list(always)

    def __str__(self) -> str:
        return " AND ".join(self._conditions)

    def add(self, condition: str) -> None:
        self._conditions.append(condition)

    def among(self, column: str, values: Collection[object] | None, type_name: str) -> None:
        """One is compared as such: then an index goes on in its own order below it."""
        if values is None:
            return
        if len(values) == 1:
            (value,) = values
            self.add(f"{column} = {self._parameters.add(value, type_name)}")
        else:
            self.add(f"{column} = ANY({self._parameters.add(list(values), f'{type_name}[]')})")

    def truth(self, condition: str, wanted: bool | None) -> None:
        if wanted is not None:
            self.add(condition if wanted else f"NOT ({condition})")

    def within(self, column: str, bounds: CountRange | None) -> None:
        if bounds is not None and bounds.min is not None:
            self.add(f"{column} >= {self._parameters.add(bounds.min, 'bigint')}")
        if bounds is not None and bounds.max is not None:
            self.add(f"{column} <= {self._parameters.add(bounds.max, 'bigint')}")

    def during(self, column: str, period: Period | None) -> None:
        if period is not None and period.start is not None:
            self.add(f"{column} >= {self._parameters.add(period.start, 'timestamptz')}")
        if period is not None and period.end is not None:
            self.add(f"{column} < {self._parameters.add(period.end, 'timestamptz')}")

    def labelled(self, column: str, labels: Labels | None) -> None:
        if labels is not None:
            values = msgspec.json.encode(dict(labels)).decode()
            self.add(f"{column} @> {self._parameters.add(values, 'jsonb')}")

    def holding(self, column: str, wanted: str | None) -> None:
        if wanted is not None:
            self.add(holding(column, self._parameters.add(wanted, "text"), wanted))
