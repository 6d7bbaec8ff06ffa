"""The Dramatiq broker, made when first imported: actors are declared on it."""

import dramatiq
from dramatiq.brokers.redis import RedisBroker
from dramatiq.middleware import AsyncIO, Callbacks, CurrentMessage, Retries, ShutdownNotifications, TimeLimit

from app.settings import Settings, read_settings
from workers.process import OpenRuntime


def make_broker(settings: Settings) -> RedisBroker:
    """A broker on the settings' Valkey, with the middleware that refreshing needs and no more.

    No message is ever retried: the next due time in the database is the retry.
    """
    assert settings.redis_url is not None
    middleware = [
        TimeLimit(time_limit=round(settings.lease_seconds * 1000)),
        ShutdownNotifications(),
        Callbacks(),
        Retries(max_retries=0),
        CurrentMessage(),
        AsyncIO(),
        OpenRuntime(settings),
    ]
    return RedisBroker(url=settings.redis_url, middleware=middleware)  # type: ignore[no-untyped-call]


broker = make_broker(read_settings())
dramatiq.set_broker(broker)
