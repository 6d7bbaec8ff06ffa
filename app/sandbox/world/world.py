"""The seeded world: which accounts and posts there are at an instant. A pure function of seed and time."""

import base64
import binascii
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

from app.domain.links import RULES
from app.domain.platforms import Platform
from app.sandbox.world.accounts import Account, account_mark, make_account
from app.sandbox.world.channels import handle_in
from app.sandbox.world.handles import FORMER, NAMED, NOBODY
from app.sandbox.world.ids import SCHEMES, read_digits
from app.sandbox.world.personas import derived_persona
from app.sandbox.world.posts import Post, PostCounts

SEC_UID = "MS4wLjABAAAA"
SEC_UID_HALF = 24
SHORTEST_ID = 15
"""So many digits are an account's id where a handle is expected, not a handle."""
KEPT_ACCOUNTS = 1024
REMEMBERED = 65_536
MOST_HANDLES_OF_A_MARK = 16
DECOYS: Mapping[Platform, tuple[str, str]] = {
    Platform.TIKTOK: ("somebody_else", "not_asked_for"),
    Platform.INSTAGRAM: ("somebody_else", "not_asked_for"),
    Platform.YOUTUBE: ("somebody_else", "not_asked_for"),
    Platform.TWITTER: ("somebody_else", "not_asked_for"),
    Platform.FACEBOOK: ("somebody.else", "not.asked.for"),
    Platform.LINKEDIN: ("somebody-else", "not-asked-for"),
}


@dataclass(frozen=True, slots=True)
class Found:
    """A post and whose it is."""

    account: Account
    post: Post

    def counts(self, at: int) -> PostCounts:
        """The exact counters at an instant."""
        return self.post.counts(self.account.rhythm.days(at), self.account.swelling(at))

    def is_there(self, at: int) -> bool:
        """Whether the post is out and not deleted, and its account neither."""
        is_out = self.post.index < self.account.published(at) and not self.post.is_deleted(at)
        return is_out and self.account.exists(at)

    def is_public(self, at: int) -> bool:
        """Whether the post is there for everybody to see."""
        return self.is_there(at) and not self.account.persona.is_private


class World:
    """Every syntactically valid handle exists unless a scenario says otherwise.

    Nothing is stored: an account follows from its handle, which TikTok's secUid and YouTube's channel id hold too. A
    bare id of another sort leads to the accounts described by hand, to the handle given along with it, and to accounts
    asked for since the start.
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._account = lru_cache(KEPT_ACCOUNTS)(self._made)
        self._marked: OrderedDict[tuple[Platform, int], tuple[str, ...]] = OrderedDict()
        """A mark to the handles that share it: Instagram's ids leave room for few marks."""
        self._numbered: OrderedDict[tuple[Platform, str], str] = OrderedDict()
        """An account's id to its first handle."""
        self._described = [self._account(platform, handle) for platform, handle in NAMED]

    def account_called(self, platform: Platform, handle: str, at: int) -> Account | None:
        """The account that goes by a handle at an instant."""
        account = self.account_ever_called(platform, handle)
        if account is None or not account.exists(at) or account.handle(at) != handle.lower():
            return None
        return account

    def account_ever_called(self, platform: Platform, handle: str) -> Account | None:
        """The account that goes by a handle at some time, whether or not it exists now."""
        handle = handle.lower()
        is_taken_for_id = len(handle) >= SHORTEST_ID and read_digits(handle) is not None
        if is_taken_for_id or handle.startswith(NOBODY) or "/" in handle or RULES[platform].canonical(handle) != handle:
            return None
        return self._account(platform, FORMER.get((platform, handle), handle))

    def account_of_id(self, platform: Platform, external_id: str) -> Account | None:
        """The account with that id: one described by hand or asked for since the start, or a channel of YouTube."""
        handle = self._numbered.get((platform, external_id))
        if handle is None and platform is Platform.YOUTUBE:
            handle = handle_in(self.seed, external_id)
        if handle is not None:
            return self.account_ever_called(platform, handle)
        described = (account for account in self._described if account.persona.platform is platform)
        return next((account for account in described if account.external_id == external_id), None)

    def account_of_sec_uid(self, sec_uid: str) -> Account | None:
        """The TikTok account with that secUid, whatever it is called now; None for one never given out here."""
        try:
            raw = base64.urlsafe_b64decode(sec_uid.removeprefix(SEC_UID))
        except (binascii.Error, ValueError):
            return None
        digest, hidden = raw[:SEC_UID_HALF], raw[SEC_UID_HALF:]
        handle = _masked(digest, hidden).rstrip(b"\0").decode("ascii", "replace")
        account = self.account_ever_called(Platform.TIKTOK, handle)
        return account if account is not None and self.sec_uid(account) == sec_uid else None

    def sec_uid(self, account: Account) -> str:
        """TikTok's second stable id of an account, 76 characters."""
        name = account.persona.handle.encode()
        digest = blake2b(name, digest_size=SEC_UID_HALF, key=str(self.seed).encode()).digest()
        return SEC_UID + base64.urlsafe_b64encode(digest + _masked(digest, name.ljust(SEC_UID_HALF, b"\0"))).decode()

    def find_post(self, platform: Platform, external_id: str, handle: str = "") -> Found | None:
        """The post with that id, out or not, still there or not; `handle` helps where the id alone leads nowhere."""
        number = SCHEMES[platform].read(external_id)
        if number is None:
            return None
        names = (handle, *self._marked.get((platform, SCHEMES[platform].mark(number)), ()))
        hinted = [self.account_ever_called(platform, name) for name in names]
        for account in (*hinted, *self._described):
            if account is None or account.persona.platform is not platform:
                continue
            post = account.find(external_id)
            if post is not None:
                return Found(account, post)
        return None

    def decoy(self, account: Account | None, platform: Platform) -> Account:
        """An existing account that is not the one asked for."""
        asked = account.persona.handle if account is not None else ""
        return self._account(platform, next(handle for handle in DECOYS[platform] if handle != asked))

    def decoy_post(self, found: Found | None, platform: Platform, at: int) -> Found:
        """The newest post of an existing account that is not the one asked for."""
        other = self.decoy(found.account if found is not None else None, platform)
        return Found(other, other.post(max(other.published(at) - 1, 0)))

    def _made(self, platform: Platform, handle: str) -> Account:
        persona = NAMED.get((platform, handle)) or derived_persona(self.seed, platform, handle)
        account = make_account(self.seed, persona)
        mark = (platform, account_mark(self.seed, platform, handle))
        others = (name for name in self._marked.get(mark, ()) if name != handle)
        self._marked[mark] = (handle, *others)[:MOST_HANDLES_OF_A_MARK]
        self._numbered[platform, account.external_id] = handle
        for remembered in (self._marked, self._numbered):
            if len(remembered) > REMEMBERED:
                remembered.popitem(last=False)
        return account


def _masked(digest: bytes, text: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(text, blake2b(digest, digest_size=SEC_UID_HALF).digest(), strict=False))
