"""Parameters of statements that are put together from parts."""


class Parameters:
    """The values of one statement, numbered in the order in which its parts add them."""

    def __init__(self) -> None:
        self.values: list[object] = []

    def add(self, value: object, type_name: str) -> str:
        """Takes a value in and gives what stands for it in the statement."""
        self.values.append(value)
        return f"${len(self.values)}::{type_name}"

    @property
    def next_number(self) -> int:
        """The number of the parameter that is added next."""
        return len(self.values) + 1
