"""What a value must be, in words: made of the type that it is checked against."""

from msgspec import inspect


def wanted(kind: inspect.Type) -> str:
    """What a type takes, as the object of "takes ...".

    >>> wanted(inspect.type_info(bool))
    'true or false'
    """
    match kind:
        case inspect.Metadata(extra={"takes": str(words)}):
            return words
        case inspect.Metadata(type=inner):
            return wanted(inner)
        case inspect.UnionType(types=kinds):
            others = [one for one in kinds if not isinstance(one, inspect.NoneType)]
            is_nullable = any(isinstance(one, inspect.NoneType) for one in kinds)
            return " or ".join(wanted(one) for one in others) + (", or null" if is_nullable else "")
        case inspect.BoolType():
            return "true or false"
        case inspect.IntType(ge=least, le=most):
            return f"a whole number{_range(least, most)}"
        case inspect.StrType(pattern=str(pattern)):
            return f"a text that fits {pattern}"
        case inspect.StrType(min_length=least, max_length=most):
            return "a text" + (f" of{_range(least, most)} characters" if (least, most) != (None, None) else "")
        case inspect.EnumType(cls=values):
            return f"one of {', '.join(str(value.value) for value in values)}"
        case inspect.LiteralType(values=values):
            return f"one of {', '.join(str(value) for value in values)}"
        case inspect.UUIDType():
            return "a UUID"
        case inspect.DateType():
            return "a date such as 2026-03-08"
        case inspect.ListType(item_type=item, min_length=least, max_length=most):
            return f"a list of{_range(least, most)} entries, each {wanted(item)}"
        case inspect.DictType(value_type=value, max_length=most):
            return f"an object of{_range(None, most)} members, each {wanted(value)}"
        case inspect.StructType():
            return "an object"
    return "another value"


def _range(least: int | None, most: int | None) -> str:
    if least is None:
        return "" if most is None else f" up to {most}"
    return f" at least {least}" if most is None else f" {least} to {most}"
