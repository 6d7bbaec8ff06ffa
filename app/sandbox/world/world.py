"""The seeded world: which accounts and posts there are at an instant. A pure function of seed and time."""

import base64
import binascii
from collections import OrderedDict
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

from app.domain.links import RULES
from app.domain.platforms import Platform
from app.sandbox.world.accounts import Account, account_mark, make_account, mark_of
from app.sandbox.world.handles import FORMER, NAMED, NOBODY
from app.sandbox.world.personas import derived_persona
from app.sandbox.world.posts import Post, PostCounts

SEC_UID = "MS4wLjABAAAA"
SEC_UID_HALF = 24
LARGEST_ID = 2**63 - 1
SHORTEST_ID = 15
"""So many digits are an account's id where a handle is expected, not a handle."""
KEPT_ACCOUNTS = 4096
REMEMBERED_MARKS = 65_536
MOST_HANDLES_OF_A_MARK = 16
DECOYS = ("somebody_else", "not_asked_for")


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

    Nothing is stored: an account follows from its handle, which TikTok's secUid holds too. A bare post id leads to the
    accounts described by hand, to the handle given along with it, and to accounts asked for since the start.
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._account = lru_cache(KEPT_ACCOUNTS)(self._made)
        self._marked: OrderedDict[tuple[Platform, int], tuple[str, ...]] = OrderedDict()
        """A mark to the handles that share it: Instagram's ids leave room for few marks."""
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
        is_taken_for_id = len(handle) >= SHORTEST_ID and is_id(handle)
        if is_taken_for_id or handle.startswith(NOBODY) or not RULES[platform].pattern.fullmatch(handle):
            return None
        return self._account(platform, FORMER.get((platform, handle), handle))

    def account_of_id(self, external_id: str) -> Account | None:
        """The TikTok account with that id, if it is described by hand or was asked for since the start."""
        marked = (
            self.account_ever_called(Platform.TIKTOK, name) for name in self._marked_by(Platform.TIKTOK, external_id)
        )
        candidates = [*marked, *self._described]
        return next((account for account in candidates if account and account.external_id == external_id), None)

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
        if not is_id(external_id):
            return None
        names = (handle, *self._marked_by(platform, external_id))
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
        return self._account(platform, next(handle for handle in DECOYS if handle != asked))

    def _marked_by(self, platform: Platform, external_id: str) -> tuple[str, ...]:
        return self._marked.get((platform, mark_of(platform, int(external_id))), ())

    def _made(self, platform: Platform, handle: str) -> Account:
        persona = NAMED.get((platform, handle)) or derived_persona(self.seed, platform, handle)
        account = make_account(self.seed, persona)
        mark = (platform, account_mark(self.seed, platform, handle))
        others = (name for name in self._marked.get(mark, ()) if name != handle)
        self._marked[mark] = (handle, *others)[:MOST_HANDLES_OF_A_MARK]
        if len(self._marked) > REMEMBERED_MARKS:
            self._marked.popitem(last=False)
        return account


def is_id(text: str) -> bool:
    """Whether a platform could have given out `text` as an id."""
    return text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= LARGEST_ID


def _masked(digest: bytes, text: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(text, blake2b(digest, digest_size=SEC_UID_HALF).digest(), strict=False))
