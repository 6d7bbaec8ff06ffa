"""Views that become known after likes, in a zone that skips a day: that day's bucket begins where the next one does."""

from datetime import date, timedelta
from fractions import Fraction

from app.core.analytics.series import subject_series
from app.domain.series import Granularity, SeriesMode, SubjectKind
from app.domain.windows import Window, read_zone
from tests.factories import account_facts, at, new_account, new_viewer, post, record

MIDNIGHT = at("2011-12-30 10:00")
"""In Samoa the 29th ends and the 31st begins."""


async def test_the_day_after_a_skipped_one_has_the_gains_before_the_views(database: None) -> None:
    viewer = await new_viewer()
    account = await new_account(viewer, MIDNIGHT - timedelta(days=2))
    for minutes, values in ((30, {"likes": 5}), (90, {"likes": 7, "views": 100})):
        facts = [post("1", MIDNIGHT - timedelta(days=1), values)]
        await record(account, account_facts(account, MIDNIGHT + timedelta(minutes=minutes), facts))
    window = Window(date(2011, 12, 29), date(2012, 1, 1), read_zone("Pacific/Apia"))
    for kind, id in ((SubjectKind.ACCOUNT, account.id), (SubjectKind.ORGANIZATION, viewer.organization_id)):
        series = await subject_series(
            viewer,
            kind,
            [id],
            window,
            Granularity.DAY,
            SeriesMode.GAIN,
            ["engagement_rate"],
            now=MIDNIGHT + timedelta(days=9),
        )
        assert [bucket.values["engagement_rate"] for bucket in series[id].buckets] == [None, None, Fraction(7), None]
