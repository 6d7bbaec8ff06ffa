"""The ordinary tables. What grows with time is plain SQL in the migrations (`schema.sql` shows the whole)."""

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from app.store.ids import new_id


class Organization(Model):
    """A tenant."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    name = fields.CharField(max_length=255, unique=True)
    created_at = fields.DatetimeField()
    cursor_secret = fields.BinaryField()
    max_recent_posts = fields.IntField(null=True, default=100)
    post_lookback_days = fields.IntField(null=True, default=365)
    account_quota = fields.IntField(null=True)

    class Meta:
        table = "organization"


class ApiKey(Model):
    """A key acting for an organization; only the digest of its value is kept."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "creatorgraph.Organization", related_name=False, on_delete=fields.CASCADE, db_index=False
    )
    name = fields.CharField(max_length=255)
    digest = fields.CharField(max_length=64, unique=True)
    scopes = fields.CharField(max_length=64)
    created_at = fields.DatetimeField()
    last_used_at = fields.DatetimeField(null=True)
    revoked_at = fields.DatetimeField(null=True)
    former_digest = fields.CharField(max_length=64, null=True, unique=True)
    former_until = fields.DatetimeField(null=True)

    class Meta:
        table = "api_key"
        unique_together = (("organization", "id"),)


class Creator(Model):
    """A named group of accounts."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "creatorgraph.Organization", related_name=False, on_delete=fields.CASCADE, db_index=False
    )
    name = fields.CharField(max_length=255)
    is_active = fields.BooleanField(default=True)
    metadata = fields.JSONField[dict[str, str]](default=dict)
    added_at = fields.DatetimeField()
    search_text = fields.TextField()

    class Meta:
        table = "creator"
        unique_together = (("organization", "id"),)
        indexes = (Index(fields=("organization_id", "added_at", "id"), name="creator_by_added_at"),)


class Account(Model):
    """One handle on one platform that an organization tracks, with its latest counters, due time and lease."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "creatorgraph.Organization", related_name=False, on_delete=fields.CASCADE, db_index=False
    )
    creator: fields.ForeignKeyNullableRelation[Creator] = fields.ForeignKeyField(
        "creatorgraph.Creator", related_name=False, on_delete=fields.SET_NULL, null=True, db_index=False
    )
    linked_at = fields.DatetimeField(null=True)
    platform = fields.CharField(max_length=16)
    handle = fields.CharField(max_length=64)
    external_id = fields.CharField(max_length=128, null=True)
    secondary_id = fields.CharField(max_length=255, null=True)
    display_name = fields.TextField(null=True)
    biography = fields.TextField(null=True)
    link_in_bio = fields.TextField(null=True)
    picture_url = fields.TextField(null=True)
    category = fields.CharField(max_length=128, null=True)
    metadata = fields.JSONField[dict[str, str]](default=dict)
    is_verified = fields.BooleanField(default=False)
    is_active = fields.BooleanField(default=True)
    is_paused_by_creator = fields.BooleanField(default=False)
    is_unavailable = fields.BooleanField(default=False)
    is_private = fields.BooleanField(default=False)
    max_recent_posts = fields.IntField(null=True)
    post_lookback_days = fields.IntField(null=True)

    added_at = fields.DatetimeField()
    first_refreshed_at = fields.DatetimeField(null=True)
    last_refreshed_at = fields.DatetimeField(null=True)
    first_observed_at = fields.DatetimeField(null=True)
    refresh_interval_hours = fields.IntField(default=24)
    next_refresh_at = fields.DatetimeField(null=True)
    lease_id = fields.UUIDField(null=True)
    lease_until = fields.DatetimeField(null=True)
    is_backfilling = fields.BooleanField(default=False)
    failures = fields.IntField(default=0)
    removed_at = fields.DatetimeField(null=True)

    followers = fields.BigIntField(null=True)
    following = fields.BigIntField(null=True)
    profile_posts = fields.BigIntField(null=True)
    total_likes = fields.BigIntField(null=True)
    discovered_posts = fields.IntField(default=0)
    views = fields.BigIntField(null=True)
    plays = fields.BigIntField(null=True)
    likes = fields.BigIntField(null=True)
    comments = fields.BigIntField(null=True)
    shares = fields.BigIntField(null=True)
    saves = fields.BigIntField(null=True)
    views_known = fields.IntField(default=0)
    plays_known = fields.IntField(default=0)
    likes_known = fields.IntField(default=0)
    comments_known = fields.IntField(default=0)
    shares_known = fields.IntField(default=0)
    saves_known = fields.IntField(default=0)
    viewed_likes_known = fields.IntField(default=0)
    viewed_comments_known = fields.IntField(default=0)
    viewed_shares_known = fields.IntField(default=0)
    viewed_saves_known = fields.IntField(default=0)
    search_text = fields.TextField()

    class Meta:
        table = "account"
        unique_together = (("organization", "id"),)
        indexes = (
            Index(fields=("organization_id", "added_at", "id"), name="account_by_added_at"),
            Index(fields=("organization_id", "creator_id"), name="account_by_creator"),
        )


class Video(Model):
    """One post of an organization, with its latest counters and the levels its growth is counted from."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "creatorgraph.Organization", related_name=False, on_delete=fields.CASCADE, db_index=False
    )
    account: fields.ForeignKeyNullableRelation[Account] = fields.ForeignKeyField(
        "creatorgraph.Account", related_name=False, on_delete=fields.CASCADE, null=True, db_index=False
    )
    platform = fields.CharField(max_length=16)
    external_id = fields.CharField(max_length=128)
    shortcode = fields.CharField(max_length=64, null=True)
    author_handle = fields.CharField(max_length=64, null=True)
    author_external_id = fields.CharField(max_length=128, null=True)
    kind = fields.CharField(max_length=16, null=True)
    caption = fields.TextField(null=True)
    published_at = fields.DatetimeField(null=True)
    duration_seconds = fields.IntField(null=True)
    thumbnail_url = fields.TextField(null=True)
    video_url = fields.TextField(null=True)
    is_pinned = fields.BooleanField(default=False)
    is_unavailable = fields.BooleanField(default=False)

    discovered_at = fields.DatetimeField(null=True)
    added_at = fields.DatetimeField(null=True)
    removed_at = fields.DatetimeField(null=True)
    left_account_id = fields.UUIDField(null=True)
    metadata = fields.JSONField[dict[str, str]](default=dict, db_default={})
    is_active = fields.BooleanField(default=True, db_default=True)
    refresh_interval_hours = fields.IntField(default=24, db_default=24)
    next_refresh_at = fields.DatetimeField(null=True)
    lease_id = fields.UUIDField(null=True)
    lease_until = fields.DatetimeField(null=True)
    failures = fields.IntField(default=0, db_default=0)
    first_refreshed_at = fields.DatetimeField(null=True)
    last_refreshed_at = fields.DatetimeField(null=True)
    last_observed_day = fields.DateField(null=True)
    grows_from_zero = fields.BooleanField()

    views_kind = fields.CharField(max_length=32, null=True)
    views_known_late_at = fields.DatetimeField(null=True)
    views = fields.BigIntField(null=True)
    plays = fields.BigIntField(null=True)
    likes = fields.BigIntField(null=True)
    comments = fields.BigIntField(null=True)
    shares = fields.BigIntField(null=True)
    saves = fields.BigIntField(null=True)
    views_start = fields.BigIntField(null=True)
    plays_start = fields.BigIntField(null=True)
    likes_start = fields.BigIntField(null=True)
    comments_start = fields.BigIntField(null=True)
    shares_start = fields.BigIntField(null=True)
    saves_start = fields.BigIntField(null=True)
    ig_plays = fields.BigIntField(null=True)
    fb_plays = fields.BigIntField(null=True)
    fb_likes = fields.BigIntField(null=True)
    reposts = fields.BigIntField(null=True)
    search_text = fields.TextField()

    class Meta:
        table = "video"
        unique_together = (("organization", "id"),)


class Run(Model):
    """One refresh, kept for people to read."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "creatorgraph.Organization", related_name=False, on_delete=fields.CASCADE, db_index=False
    )
    account: fields.ForeignKeyNullableRelation[Account] = fields.ForeignKeyField(
        "creatorgraph.Account", related_name=False, on_delete=fields.CASCADE, null=True, db_index=False
    )
    video: fields.ForeignKeyNullableRelation[Video] = fields.ForeignKeyField(
        "creatorgraph.Video", related_name=False, on_delete=fields.CASCADE, null=True, db_index=False
    )
    state = fields.CharField(max_length=16)
    queued_at = fields.DatetimeField(null=True)
    started_at = fields.DatetimeField(null=True)
    finished_at = fields.DatetimeField(null=True)
    answer_class = fields.CharField(max_length=32, null=True)
    reason = fields.TextField(null=True)
    calls = fields.JSONField[list[dict[str, object]]](default=list)
    used_recent_facts = fields.BooleanField(default=False)
    posts_observed = fields.IntField(default=0)

    class Meta:
        table = "run"
        unique_together = (("organization", "id"),)
        indexes = (Index(fields=("organization_id", "state", "id"), name="run_by_state"),)
