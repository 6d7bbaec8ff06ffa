"""The keys that the sandbox takes: those of its own YouTube project, ScrapeCreators customer and Instagram business."""

YOUTUBE_KEY = "sandbox-youtube-key"
SCRAPECREATORS_KEY = "sandbox-scrapecreators-key"
BUSINESS_USER_ID = "17841400000000001"
BUSINESS_TOKEN = "sandbox-business-token"  # noqa: S105 - opens nothing but this imitation
