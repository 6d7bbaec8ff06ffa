"""Addresses in what people write about themselves."""

import re

LONGEST_LOCAL_PART = 64
LONGEST_ADDRESS = 254
ADDRESS = re.compile(
    # What stands before: no letter that would be a part of it. Scripts without blanks between words may.
    r"(?<![A-Za-z0-9._%+'\u00c0-\u024f-])"
    r"(?P<local>[A-Za-z0-9._%+'-]{1,80})"
    r"@(?P<domain>(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63})"
    r"(?![A-Za-z0-9])"
)


def first_email(text: str | None) -> str | None:
    """The first mail address in a text, in reading order, its domain in lower case; None when there is none.

    Nobody is asked whether it works.

    >>> first_email("Mon-Fri ✉ -Anna.Smith@Example.COM. Or press@example.org")
    'Anna.Smith@example.com'
    """
    for found in ADDRESS.finditer(text or ""):
        local, domain = found["local"].lstrip("-.'%+"), found["domain"].lower()
        is_whole = local and not local.endswith(".") and ".." not in local and len(local) <= LONGEST_LOCAL_PART
        if is_whole and len(local) + 1 + len(domain) <= LONGEST_ADDRESS:
            return f"{local}@{domain}"
    return None
