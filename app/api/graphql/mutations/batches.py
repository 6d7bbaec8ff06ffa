"""Many things in one mutation: each read, changed and reported by itself."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

import strawberry

from app.api.graphql.mutations.errors import MENDABLE, MutationError, Refusal
from app.api.graphql.mutations.payloads import Change
from app.domain.problems import Problem

Given = TypeVar("Given")
Read = TypeVar("Read")
Done = TypeVar("Done")


@strawberry.type(description="What came of one entry of a list in the input.")
class Result:
    index: int = strawberry.field(description="Its place in that list, counted from 0.")
    errors: list[MutationError] = strawberry.field(description="What has to be mended of it; empty when it is done.")


def read_each(given: Sequence[Given], read: Callable[[Given], Read]) -> list[Read | Problem]:
    """What was given, each as it is read, or what is wrong with it."""

    def attempt(one: Given) -> Read | Problem:
        try:
            return read(one)
        except Problem as problem:
            return problem

    return [attempt(one) for one in given]


def report_each(
    argument: str, answers: Sequence[Done | Problem], show: Callable[[Done], Change], *, of_objects: bool = True
) -> Change:
    """What came of each entry of an argument, and the errors of all of them.

    With `of_objects` the entries are input objects, and a problem names the field within; else they are plain values.
    """

    def result(index: int, answer: Done | Problem) -> Change:
        if not isinstance(answer, Problem):
            return show(answer)
        if not isinstance(answer, MENDABLE):
            raise answer
        place = (argument, str(index), *(answer.path if of_objects else ()))
        return Change(errors=[Refusal(answer, place)])

    results = [result(index, answer) for index, answer in enumerate(answers)]
    errors = [error for one in results for error in one.errors]
    return Change(results=[replace(one, index=index) for index, one in enumerate(results)], errors=errors)
