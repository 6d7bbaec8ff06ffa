"""The demo's key of YouTube's API is the one that the sandbox takes."""

from app.demo import SANDBOX_YOUTUBE_KEY, at_sandbox
from app.sandbox.credentials import YOUTUBE_KEY
from app.settings import Settings


def test_the_demo_asks_the_sandbox_with_its_own_key() -> None:
    settings = at_sandbox(Settings(), "http://127.0.0.1:9000/{host}")
    assert settings.youtube_api_key == SANDBOX_YOUTUBE_KEY == YOUTUBE_KEY
    assert settings.upstream_base_template == "http://127.0.0.1:9000/{host}"
