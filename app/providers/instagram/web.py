"""How Instagram's logged-out web is asked, and what its statuses amount to before a body is read."""

from collections.abc import Mapping

from app.providers.failures import AnswerClass, Refusal
from app.providers.http import Reply
from app.providers.instagram.parse import refusal_in

APP_HEADERS: Mapping[str, str] = {
    "Accept": "*/*",
    "X-IG-App-ID": "936619743392459",
    "X-ASBD-ID": "359341",
    "X-IG-WWW-Claim": "0",
    "X-Requested-With": "XMLHttpRequest",
    "Sec-Fetch-Dest": "empty",
    "Sec-Fetch-Mode": "cors",
    "Sec-Fetch-Site": "same-origin",
}
"""Sent with every call the site's own scripts would make."""


def refused(reply: Reply, missing: str | None = None) -> Refusal | None:
    """What a reply amounts to before its body is read; None when there is a body to read.

    `missing` is what a 404 states of the thing asked for. Without it a 404 states nothing: the address may have moved.
    """
    if reply.answer_class is AnswerClass.OK:
        return None
    code = str(reply.status) if reply.status is not None else None
    if reply.status == 404 and missing is not None:
        return Refusal(AnswerClass.NOT_FOUND, missing, code)
    said = refusal_in(reply.body) if reply.status in (400, 401, 403) else None
    if said is not None and (reply.status != 401 or said.answer_class is not AnswerClass.LOGIN_REQUIRED):
        return said
    if reply.status == 401:
        # Sent with `require_login`, but it is the address that has asked too often.
        return Refusal(AnswerClass.RATE_LIMITED, "Instagram refuses our address for a while", code)
    if "/challenge" in reply.location or "/accounts/login" in reply.location:
        return Refusal(AnswerClass.BLOCKED, "Instagram redirects to its login page", code)
    return Refusal(reply.answer_class, reply.reason, code)
