"""Cost: what an operation takes, in points, and how deep it goes, known before it runs."""

import math
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLCompositeType,
    GraphQLError,
    GraphQLField,
    GraphQLIncludeDirective,
    GraphQLSchema,
    GraphQLSkipDirective,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    get_argument_values,
    get_directive_values,
    get_named_type,
    get_nullable_type,
    get_variable_values,
    is_list_type,
)
from graphql.execution.values import VariableValues

from app.api.graphql.fields import is_read
from app.api.graphql.queries.rankings import DEFAULT_PLACES
from app.api.graphql.serving.errors import QUERY_TOO_COSTLY, QUERY_TOO_DEEP, QUERY_TOO_LARGE, Error, show_message
from app.core.access.usage import LONGEST_DAYS
from app.core.analytics.breakdown import MOST_CHILDREN
from app.core.analytics.comparison import MOST_SUBJECTS
from app.core.analytics.deltas import MOST_LOOK_BACKS
from app.core.batches import LARGEST_BATCH
from app.core.lookups.sources import RECENT_VIDEOS
from app.domain.cursors import DEFAULT_PAGE, LARGEST_PAGE
from app.domain.series import Granularity
from app.domain.windows import LONGEST_WINDOW_DAYS, WindowPreset
from app.settings import Settings

VALUES_PER_POINT = 100
"""A value takes 5 to 20 µs to resolve and write, so a point is about a millisecond of one processor."""
LEAST_COST = 1
READING = 1
"""Points of a field that asks the database, once however many objects it is of: they are asked for together."""
MUTATING = 10
"""Points of a field of Mutation."""
MUTATING_EACH = {
    "linkAccounts": ("accountIds", 1),
    "refreshNow": ("ids", 4),
    "trackAccounts": ("accounts", 1),
    "trackVideos": ("videos", 1),
}
"""Of mutations of many things: the list in the input that holds them, and the points of each besides."""
LOOKING_UP = 10
"""Points of a look-up, which may ask a platform."""
HEAVIER_READING = {
    **{("Query", name): LOOKING_UP for name in ("postStats", "profile", "recentVideos", "medianViews", "contactEmail")},
    ("Query", "nodes"): READING,
    ("Query", "search"): 5,
    ("Query", "topAccounts"): 10,
    ("Query", "topCreators"): 10,
    ("Query", "topVideos"): 20,
    ("Subscription", "accountRefreshed"): READING,
    ("Subscription", "videoRefreshed"): READING,
    ("Subscription", "refreshProgress"): READING,
}
"""Points of the fields that read otherwise: one for each kind of object, all that is ranked, text anywhere."""
SEARCHING = HEAVIER_READING["Query", "search"]
"""Points of a list that a text is looked for in."""
RANKING = HEAVIER_READING["Query", "topVideos"]
"""Points of a list that is ordered by a gain, which everything in it is ranked by."""
COUNTING = "totalCount"
"""The field that makes a list be counted, which is a statement of its own."""

MOST_STEPS = 30_000
"""Fields and fragments looked at, those of a fragment wherever it is spread: ten for each token of a document."""

DAYS_AS_ONE_VALUE = 10
"""What is read of a window, whatever is selected of it, counts as that part of its days."""
MOST_FACES, MOST_PROVIDERS = 4, 20
USUAL_CALLS = 4
"""How many routes of providers a refresh asks."""
BREAKDOWN_AS_VALUES = 100
"""What is read of a subject's children, as values: as many posts as an account usually has that are still observed."""
LONGEST_LISTS = {
    ("MedianViews", "viewCounts"): RECENT_VIDEOS,
    ("RecentVideos", "videos"): RECENT_VIDEOS,
    ("Breakdown", "rows"): MOST_CHILDREN,
    ("Comparison", "subjects"): MOST_SUBJECTS,
    ("RefreshRun", "calls"): USUAL_CALLS,
    ("Usage", "days"): LONGEST_DAYS,
    ("Usage", "faces"): MOST_FACES,
    ("Usage", "providers"): MOST_PROVIDERS,
    ("VideoDeltas", "deltas"): MOST_LOOK_BACKS,
    ("ViewDeltas", "days"): MOST_LOOK_BACKS,
}
"""Entries of the lists whose length is bounded whatever is asked for."""
SHORTEST_BUCKET_DAYS = {Granularity.DAY: 1, Granularity.WEEK: 7, Granularity.MONTH: 28}
INTROSPECTING = ("__schema", "__type")
INTROSPECTED_PART = 0.1
"""What a value of the schema counts: it is at hand, and written as it stands."""
USUAL_ENTRIES = {"fields": 4, "args": 0.25, "inputFields": 0.3, "interfaces": 0.25, "possibleTypes": 0.25}
"""How long the lists of an introspected type are on average in this schema; one entry where nothing is said."""


class Cost(NamedTuple):
    """What an operation takes, and why it is not executed when that is too much."""

    points: int
    refusal: Error | None = None


class _Refused(Exception):
    """The operation is beyond a limit, whatever its cost; the error says which."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.error = show_message(message, code)


class _Weight(NamedTuple):
    """What is below a field: values that are there once, and those that each entry of its page or series brings.

    What each entry brings is multiplied at the field whose arguments say how many there are. Reading never is.
    """

    once: float
    each: float
    reading: int
    """Points."""


def measure_cost(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Mapping[str, Any],
    settings: Settings,
) -> Cost:
    """The cost of an operation of a valid document.

    Each selection set is measured once, and no more than MOST_STEPS are taken. Variables that cannot be coerced are
    left for the execution to name.
    """
    coerced = get_variable_values(schema, operation.variable_definitions or (), dict(variables))
    root = schema.get_root_type(operation.operation)
    if not isinstance(coerced, VariableValues) or root is None:
        return Cost(LEAST_COST)
    measure = _Measure(schema, document, coerced, settings.graphql_max_depth)
    try:
        fields = sum(1 for _ in measure.fields(operation.selection_set, root))
        if fields > (most := settings.graphql_max_root_fields):
            message = f"The operation has {fields} root fields; {most} are allowed. Split it."
            raise _Refused(message, QUERY_TOO_LARGE)
        weight = measure.weight(operation.selection_set, root, depth=1)
    except _Refused as refused:
        return Cost(LEAST_COST, refused.error)
    points = max(math.ceil(weight.reading + (weight.once + weight.each) / VALUES_PER_POINT), LEAST_COST)
    if points > (most := most_cost(settings)):
        message = (
            f"The operation costs {points} points; {most} are allowed. "
            "Ask for smaller pages (first, last), shorter windows or fewer fields, or split it."
        )
        return Cost(points, show_message(message, QUERY_TOO_COSTLY))
    return Cost(points)


def most_cost(settings: Settings) -> int:
    """Points that one operation may cost: what it takes at once, and never more than there are in a minute."""
    return min(settings.graphql_max_cost, settings.graphql_points_per_minute)


class _Measure:
    """The weights of one document's selection sets."""

    def __init__(
        self, schema: GraphQLSchema, document: DocumentNode, variables: VariableValues, most_depth: int
    ) -> None:
        self._schema = schema
        self._variables = variables
        self._most_depth = most_depth
        self.steps = 0
        self._fragments = {
            definition.name.value: definition
            for definition in document.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }
        self._weights: dict[int, tuple[_Weight, int]] = {}
        """By the identity of a selection set: its weight and how deep it goes."""

    def weight(self, selections: SelectionSetNode, parent: GraphQLCompositeType, depth: int) -> _Weight:
        """What an object of type `parent` brings, whose fields are `depth` deep. Raises _Refused."""
        return self._weigh(selections, parent, depth)[0]

    def fields(
        self, selections: SelectionSetNode, parent: GraphQLCompositeType
    ) -> Iterator[tuple[FieldNode, GraphQLCompositeType]]:
        """The fields of a selection set and of the fragments in it, each fragment once, with the types they are of."""
        seen: set[str] = set()
        waiting = [(selections, parent)]
        while waiting:
            selected, owner = waiting.pop()
            for selection in selected.selections:
                self._step()
                if not self._is_included(selection):
                    continue
                if isinstance(selection, FieldNode):
                    yield selection, owner
                elif isinstance(selection, InlineFragmentNode):
                    waiting.append((selection.selection_set, self._narrowed(selection, owner)))
                elif isinstance(selection, FragmentSpreadNode) and selection.name.value not in seen:
                    seen.add(selection.name.value)
                    fragment = self._fragments[selection.name.value]
                    waiting.append((fragment.selection_set, self._narrowed(fragment, owner)))

    def _step(self) -> None:
        self.steps += 1
        if self.steps > MOST_STEPS:
            message = f"The operation has more than {MOST_STEPS} fields once its fragments are in place. Split it."
            raise _Refused(message, QUERY_TOO_LARGE)

    def _weigh(self, selections: SelectionSetNode, parent: GraphQLCompositeType, depth: int) -> tuple[_Weight, int]:
        known = self._weights.get(id(selections))
        height = 1 if known is None else known[1]
        if depth + height - 1 > (most := self._most_depth):
            message = f"The operation is more than {most} fields deep; {most} are allowed. Ask in two steps."
            raise _Refused(message, QUERY_TOO_DEEP)
        if known is None:
            known = self._weights[id(selections)] = self._weigh_fields(selections, parent, depth)
        return known

    def _weigh_fields(
        self, selections: SelectionSetNode, parent: GraphQLCompositeType, depth: int
    ) -> tuple[_Weight, int]:
        once = each = 0.0
        reading = deepest = 0
        for node, owner in self.fields(selections, parent):
            field = self._schema.get_field(owner, node.name.value)
            assert field is not None
            arguments = self._arguments(field, node)
            reading += self._reading(owner, node.name.value, field, arguments)
            below, below_each = _window_values(field, arguments), 0.0
            if node.selection_set:
                type_ = get_named_type(field.type)
                weight, height = self._weigh(node.selection_set, type_, depth + 1)  # type: ignore[arg-type]
                entries = _given(node.name.value, arguments) or _entries(field, arguments)
                below += weight.once + weight.each * (entries or 0)
                below_each = weight.each if entries is None else 0.0
                reading += weight.reading
                deepest = max(deepest, height)
            if node.name.value in INTROSPECTING:
                below, below_each = below * INTROSPECTED_PART, below_each * INTROSPECTED_PART
            if not is_list_type(get_nullable_type(field.type)):
                once += 1 + below
                each += below_each
            elif (longest := self._longest(owner, node, arguments if _takes_many(field) else None)) is not None:
                once += 1 + longest * (1 + below)
                each += longest * below_each
            else:
                each += 1 + below + below_each
        return _Weight(once, each, reading), deepest + 1

    def _reading(
        self, owner: GraphQLCompositeType, name: str, field: GraphQLField, arguments: Mapping[str, Any]
    ) -> int:
        """Points of asking the database for a field."""
        if owner is self._schema.mutation_type:
            return MUTATING + MUTATING_EACH.get(name, ("", 0))[1] * (_given(name, arguments) or 0)
        if owner is self._schema.query_type and "urls" in field.args:
            return LOOKING_UP * _ids(arguments)
        if (points := HEAVIER_READING.get((owner.name, name))) is not None:
            return points
        if heavier := _listing(arguments):
            return heavier
        definition = field.extensions.get("strawberry-definition")
        return READING if name == COUNTING or (definition and is_read(definition)) else 0

    def _longest(
        self, owner: GraphQLCompositeType, node: FieldNode, arguments: Mapping[str, Any] | None
    ) -> float | None:
        """How many entries a list has by itself; None where the page or series it is of says that."""
        name = node.name.value
        if arguments is not None:
            return _ids(arguments)
        if owner.name.startswith("__"):
            return len(self._schema.type_map) if name == "types" else USUAL_ENTRIES.get(name, 1)
        return LONGEST_LISTS.get((owner.name, name))

    def _narrowed(
        self, fragment: InlineFragmentNode | FragmentDefinitionNode, owner: GraphQLCompositeType
    ) -> GraphQLCompositeType:
        if fragment.type_condition is None:
            return owner
        return self._schema.type_map[fragment.type_condition.name.value]  # type: ignore[return-value]

    def _arguments(self, field: GraphQLField, node: FieldNode) -> Mapping[str, Any]:
        if not field.args:
            return {}
        try:
            return get_argument_values(field, node, self._variables)
        except GraphQLError:  # a null where none may be: the execution refuses it and goes no further
            return {}

    def _is_included(self, selection: SelectionNode) -> bool:
        if not selection.directives:
            return True
        try:
            skip = get_directive_values(GraphQLSkipDirective, selection, self._variables)
            include = get_directive_values(GraphQLIncludeDirective, selection, self._variables)
        except GraphQLError:
            return True
        return not (skip and skip["if"]) and (include is None or bool(include["if"]))


def _listing(arguments: Mapping[str, Any]) -> int:
    """Points of a list that looks for a text, or whose order ranks what is in it; 0 for any other."""
    searching = SEARCHING if (arguments.get("filter") or {}).get("text") else 0
    ranking = RANKING if any(key.get("gain") for key in arguments.get("orderBy") or ()) else 0
    return searching + ranking


def _window_values(field: GraphQLField, arguments: Mapping[str, Any]) -> float:
    """What is read of a window for each object of a field, as values, whatever is selected of it."""
    days = _days(arguments) // DAYS_AS_ONE_VALUE if "window" in field.args else 0
    if "by" in field.args:
        return days + BREAKDOWN_AS_VALUES
    return days * min(_ids(arguments), MOST_SUBJECTS) if "ids" in field.args else days


def _given(name: str, arguments: Mapping[str, Any]) -> int | None:
    """How many things the input of a mutation of many has, those beyond the bound left out; None for other fields."""
    if name not in MUTATING_EACH or not isinstance(given := arguments.get("input"), dict):
        return None
    return min(len(given[MUTATING_EACH[name][0]]), LARGEST_BATCH)


def _takes_many(field: GraphQLField) -> bool:
    """Whether a field is of the things that its arguments list."""
    return "ids" in field.args or "urls" in field.args


def _ids(arguments: Mapping[str, Any]) -> int:
    return min(len(arguments.get("ids") or arguments.get("urls") or ()), LARGEST_PAGE)


def _entries(field: GraphQLField, arguments: Mapping[str, Any]) -> int | None:
    """How many entries the lists have of what a field returns: a page, a series, sections of a search; else None.

    A value beyond its bounds counts as the bound: the resolver names it and returns nothing.
    """
    if "granularity" in field.args:
        days = _days(arguments)
        if (length := arguments.get("bucketDays")) is not None:
            return -(-days // int(min(max(length, 1), LONGEST_WINDOW_DAYS)))
        shortest = SHORTEST_BUCKET_DAYS[arguments.get("granularity") or Granularity.DAY]
        return days if shortest == 1 else days // shortest + 2
    for name in ("first", "last", "limit"):
        asked = arguments.get(name)
        if isinstance(asked, int):
            return min(max(asked, 0), LARGEST_PAGE)
    if "first" in field.args:
        return DEFAULT_PLACES if "metric" in field.args else DEFAULT_PAGE
    return _ids(arguments) if "ids" in field.args and not is_list_type(get_nullable_type(field.type)) else None


def _days(arguments: Mapping[str, Any]) -> int:
    window = arguments.get("window") or {}
    if between := window.get("between"):
        return int(min(max((between["end"] - between["start"]).days + 1, 1), LONGEST_WINDOW_DAYS))
    preset: WindowPreset = window.get("last") or WindowPreset.LAST_30_DAYS
    return preset.days
