"""Reads what people paste: which platform it is of, and the post, the profile or the short link it names."""

from collections.abc import Mapping, Sequence

from app.domain.links import facebook, instagram, linkedin, tiktok, twitter, youtube
from app.domain.links.addresses import Address, read_address
from app.domain.links.names import LinkName, PostName, ProfileName, ShortLink
from app.domain.links.shapes import HandleRule, Named, Parts, PlatformLinks, Shape
from app.domain.platforms import TRAITS, Platform
from app.domain.problems import InvalidInput

LINKS: Mapping[Platform, PlatformLinks] = {
    Platform.TIKTOK: tiktok.LINKS,
    Platform.INSTAGRAM: instagram.LINKS,
    Platform.YOUTUBE: youtube.LINKS,
    Platform.TWITTER: twitter.LINKS,
    Platform.FACEBOOK: facebook.LINKS,
    Platform.LINKEDIN: linkedin.LINKS,
}
RULES: Mapping[Platform, HandleRule] = {platform: links.handle for platform, links in LINKS.items()}
"""What each platform allows in a handle."""

ALIASES: Mapping[str, Platform] = {"x": Platform.TWITTER, "twitter/x": Platform.TWITTER}
LONGEST_LINK = 2048
"""Characters; Facebook's and LinkedIn's addresses carry hundreds that name nothing."""
LONGEST_QUOTED = 80


def read_platform(text: str, *path: str) -> Platform:
    """The platform of that name in any case; "x" and "twitter/x" are twitter. Raises InvalidInput naming `path`.

    >>> read_platform(" Twitter/X ")
    <Platform.TWITTER: 'twitter'>
    """
    name = text.strip().lower()
    try:
        return ALIASES.get(name) or Platform(name)
    except ValueError:
        raise InvalidInput(f"{_quoted(text)} is not a platform. Give one of {', '.join(Platform)}.", *path) from None


def platform_of_link(text: str) -> Platform | None:
    """The platform whose address it is, whatever it names; None for anything else.

    >>> platform_of_link("x.com/elonmusk")
    <Platform.TWITTER: 'twitter'>
    """
    address = read_address(text.strip())
    return None if address is None else _owner(address)


def read_link(text: str, platform: Platform | None = None, *path: str) -> LinkName:
    """What a link names: a post, a profile, or a short link whose target the platform alone knows.

    The platform is told by the address, and need not be given. What is no address, such as an id or "@name", is taken
    only with a platform. Query strings, fragments and trailing slashes do not matter unless they hold the id.

    Raises InvalidInput naming `path` for anything else; where `platform` contradicts the address, it names `platform`
    beside the last of `path`.

    >>> read_link("https://youtu.be/dQw4w9WgXcQ?t=42").external_id
    'dQw4w9WgXcQ'
    >>> read_link("@MrBeast", Platform.YOUTUBE)
    ProfileName(platform=<Platform.YOUTUBE: 'youtube'>, handle='mrbeast')
    """
    given = _stripped(text, path, "link", "Give the full address.")
    address = read_address(given)
    owner = None if address is None else _owner(address)
    known = platform or owner
    if known is None:
        raise InvalidInput(
            f"{_quoted(given)} is not a link of {', '.join(Platform)}. Give the full address, or the platform too.",
            *path,
        )
    name = _named(known, given, (*path[:-1], "platform"))
    if name is None:
        raise InvalidInput(f"{_quoted(given)} is not a post or a profile of {known}. Give {_forms(known)}.", *path)
    return name


def read_post(platform: Platform, text: str, *path: str) -> PostName:
    """The post that `text` names: its full URL on the platform, an Instagram shortcode, or the platform's id.

    Bare digits are an id, never a shortcode. Query strings and trailing slashes do not matter. Raises InvalidInput
    naming `path` for anything else, short links included: where they lead is known to the platform alone.

    >>> read_post(Platform.INSTAGRAM, "instagram.com/rival_one/reel/DEiyb48AeB9/?igsh=1").external_id
    '3540614075954356349'
    >>> read_post(Platform.TIKTOK, "https://www.tiktok.com/@CharliDamelio/video/7123456789").author_handle
    'charlidamelio'
    """
    given = _stripped(text, path, "post", f"Give {LINKS[platform].post_forms}.")
    name = _named(platform, given, path)
    if isinstance(name, PostName):
        return name
    if isinstance(name, ShortLink):
        raise InvalidInput(
            f"{_quoted(given)} is a short link. Open it in a browser and paste the full address it leads to.", *path
        )
    raise InvalidInput(f"{_quoted(given)} is not a post of {platform}. Give {LINKS[platform].post_forms}.", *path)


def canonical_handle(platform: Platform, text: str, *path: str) -> str:
    """The canonical handle in `text`: "@Name", "name" or a profile URL of the platform, in lower case, without the @.

    Of a YouTube channel also its id, "UC…", and old addresses as "c/name" or "user/name". Raises InvalidInput naming
    `path` when there is no handle in it.

    >>> canonical_handle(Platform.TIKTOK, " @CreatorAudit ")
    'creatoraudit'
    >>> canonical_handle(Platform.INSTAGRAM, "https://www.instagram.com/rival_one/?hl=en")
    'rival_one'
    """
    given = _stripped(text, path, "handle", "Give a handle such as @name, or the profile's URL.")
    handle = RULES[platform].canonical(given)
    if handle is not None:
        return handle
    if "/" not in given:
        raise InvalidInput(f"{_quoted(given)} is not a handle of {platform}: {RULES[platform].meaning}.", *path)
    name = _named(platform, given, path)
    if isinstance(name, ProfileName):
        return name.handle
    raise InvalidInput(f"{_quoted(given)} is not a profile URL of {platform}.", *path)


def post_url(platform: Platform, external_id: str, shortcode: str | None, author_handle: str | None) -> str:
    """The public page of a post.

    >>> post_url(Platform.TIKTOK, "7123456789", None, "charlidamelio")
    'https://www.tiktok.com/@charlidamelio/video/7123456789'
    >>> post_url(Platform.INSTAGRAM, "3540614075954356349", None, None)
    'https://www.instagram.com/p/DEiyb48AeB9/'
    """
    return LINKS[platform].post_url(external_id, shortcode, author_handle)


def profile_url(platform: Platform, handle: str) -> str:
    """The public page of an account."""
    return LINKS[platform].profile_url(handle)


def _named(platform: Platform, given: str, path: Sequence[str]) -> LinkName | None:
    """What a text of that platform names, or None. Raises InvalidInput for an address of another platform."""
    bare = _bare(platform, given)
    address = read_address(given) if bare is None and "/" in given else None
    owner = None if address is None else _owner(address)
    if address is None or owner is None:
        return bare
    if owner is not platform:
        raise InvalidInput(f"{_quoted(given)} is a link of {owner}, not of {platform}.", *path)
    return _in_address(platform, address)


def _forms(platform: Platform) -> str:
    """How a post may be given, and a profile where the platform has any for us."""
    links = LINKS[platform]
    if not TRAITS[platform].tracks_accounts:
        return links.post_forms
    return f"{links.post_forms}; of a profile {links.profile_url('<name>')}"


def _owner(address: Address) -> Platform | None:
    return next((platform for platform, links in LINKS.items() if links.shapes_on(address.host) is not None), None)


def _bare(platform: Platform, text: str) -> LinkName | None:
    return _first(platform, LINKS[platform].bare, text, {})


def _in_address(platform: Platform, address: Address) -> LinkName | None:
    return _first(platform, LINKS[platform].shapes_on(address.host) or (), address.path, address.parameters)


def _first(platform: Platform, shapes: Sequence[Shape], text: str, parameters: Mapping[str, str]) -> LinkName | None:
    """What the first shape that fits names."""
    for shape in shapes:
        found = shape.text.fullmatch(text)
        if found is None or (shape.parameter is not None and shape.parameter not in parameters):
            continue
        parts: Parts = found.groupdict()
        if shape.parameter is not None:
            author = parameters.get(shape.author_parameter or "")
            parts = {**parts, "id": parameters[shape.parameter], **({"author": author} if author else {})}
        return _name(platform, shape, text, parts)
    return None


def _name(platform: Platform, shape: Shape, text: str, parts: Parts) -> LinkName | None:
    match shape.named:
        case Named.POST:
            return LINKS[platform].read_post(parts)
        case Named.SHORT_LINK:
            return ShortLink(platform, shape.host or "", f"/{text}")
        case Named.PROFILE:
            kind = parts.get("kind")
            handle = RULES[platform].canonical(f"{kind.lower()}/{parts['handle']}" if kind else parts["handle"] or "")
            return None if handle is None else ProfileName(platform, handle)


def _stripped(text: str, path: Sequence[str], what: str, way_on: str) -> str:
    if len(text) > LONGEST_LINK:
        raise InvalidInput(f"The {what} is longer than {LONGEST_LINK} characters.", *path)
    stripped = text.strip()
    if not stripped:
        raise InvalidInput(f"The {what} is empty. {way_on}", *path)
    return stripped


def _quoted(text: str) -> str:
    return repr(text if len(text) <= LONGEST_QUOTED else f"{text[: LONGEST_QUOTED - 1]}…")
