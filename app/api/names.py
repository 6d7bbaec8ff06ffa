"""Names of arguments as faces in camel case write them."""


def in_camel_case(name: str) -> str:
    """
    >>> in_camel_case("bucket_days")
    'bucketDays'
    """
    first, *more = name.split("_")
    return first + "".join(word.capitalize() for word in more)
