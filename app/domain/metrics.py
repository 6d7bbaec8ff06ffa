"""Metrics as data: which counters exist, what each is a sum of, and the formulas."""

POST_COUNTERS = ("views", "plays", "likes", "comments", "shares", "saves")
"""Counters of a post that have levels, gains and series. The order is that of the columns in the store."""

POST_EXTRAS = ("ig_plays", "fb_plays", "fb_likes", "reposts")
"""Counters of a post that are kept as they come (observation and latest value), without series."""

ACCOUNT_COUNTERS = ("followers", "following", "profile_posts", "total_likes")
"""Counters of a profile: read as a level at the end of a bucket, or as a gain."""

SERIES_COUNTERS = POST_COUNTERS + ACCOUNT_COUNTERS
"""Every counter a day or slot row of a set (account, organization) adds up."""
