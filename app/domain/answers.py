"""Answers of upstreams: the classes they fall into."""

from enum import StrEnum


class AnswerClass(StrEnum):
    """What an upstream's answer amounts to. Only an explicit statement of the platform is ever NOT_FOUND."""

    OK = "ok"
    PARTIAL = "partial"
    HIDDEN = "hidden"
    NOT_FOUND = "not_found"
    PRIVATE = "private"
    UNAVAILABLE = "unavailable"
    LOGIN_REQUIRED = "login_required"
    REGION_BLOCKED = "region_blocked"
    RATE_LIMITED = "rate_limited"
    BLOCKED = "blocked"
    CHALLENGE = "challenge"
    SESSION_INVALID = "session_invalid"
    ACCOUNT_CHALLENGED = "account_challenged"
    AUTH_INVALID = "auth_invalid"
    QUOTA_EXHAUSTED = "quota_exhausted"
    SCHEMA_CHANGED = "schema_changed"
    UPSTREAM_ERROR = "upstream_error"
    NETWORK_TIMEOUT = "network_timeout"
    UNSUPPORTED = "unsupported"
