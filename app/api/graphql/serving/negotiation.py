"""Content negotiation: which media type an answer takes."""

from collections.abc import Iterator

GRAPHQL_RESPONSE = "application/graphql-response+json"
JSON = "application/json"
HTML = "text/html"
EVENT_STREAM = "text/event-stream"


def choose_media_type(accept: str | None) -> str | None:
    """The type of a GraphQL answer for an Accept header, or None when it takes none of ours.

    Without a preference it is application/json, which every client reads.

    >>> choose_media_type("application/json;q=0.5, application/graphql-response+json")
    'application/graphql-response+json'
    """
    if not accept or not accept.strip():
        return JSON
    plain, modern = _quality(accept, JSON), _quality(accept, GRAPHQL_RESPONSE)
    if modern > 0 and (modern > plain or (modern == plain and GRAPHQL_RESPONSE in dict(_ranges(accept)))):
        return GRAPHQL_RESPONSE
    return JSON if plain > 0 else None


def choose_media_type_of_batch(accept: str | None) -> str:
    """The type of the answers to a batch: an array is no GraphQL response, so application/json unless it is refused."""
    return JSON if not accept or not accept.strip() or _quality(accept, JSON) > 0 else GRAPHQL_RESPONSE


def wants_stream(accept: str | None) -> bool:
    """Whether the answer is to be an event stream: by name, and no JSON by name, which some clients add to everything.

    >>> wants_stream("text/event-stream"), wants_stream("application/json, text/event-stream")
    (True, False)
    """
    said = dict(_ranges(accept or ""))
    is_json_named = any(quality > 0 and name.endswith("json") for name, quality in said.items())
    return said.get(EVENT_STREAM, 0.0) > 0 and not is_json_named


def wants_page(accept: str | None) -> bool:
    """Whether somebody looks at this in a browser: text/html by name, before any JSON."""
    said = dict(_ranges(accept or ""))
    return said.get(HTML, 0.0) > max(said.get(JSON, 0.0), said.get(GRAPHQL_RESPONSE, 0.0))


def _quality(accept: str, media_type: str) -> float:
    """How much a type is wanted: what is said of it, else of its family, else of everything."""
    said = dict(_ranges(accept))
    return next((said[name] for name in (media_type, media_type.split("/")[0] + "/*", "*/*") if name in said), 0.0)


def _ranges(accept: str) -> Iterator[tuple[str, float]]:
    for part in accept.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = 1.0
        for parameter in parameters:
            key, _, value = parameter.partition("=")
            if key.strip() == "q":
                try:
                    quality = min(max(float(value), 0.0), 1.0)
                except ValueError:
                    quality = 0.0
        yield name, quality
