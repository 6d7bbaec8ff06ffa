"""Usage: what each organization asked of each face, and what its refreshes asked of the upstreams."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from app.domain.records import FaceUsage, ProviderUsage, UsageDay
from app.store.db import execute, fetch

Tally = Mapping[tuple[UUID, date, str], tuple[int, int]]
"""Requests and points, by organization, UTC day and face."""


async def add_usage(tally: Tally) -> None:
    """Adds what was counted. Organizations that are gone meanwhile are left out."""
    # In the order of the key, so that processes that add at once do not wait for each other in a circle.
    rows = sorted(tally.items())
    await execute(
        """
        INSERT INTO usage_day (organization_id, day, face, requests, points)
        SELECT added.* FROM unnest($1::uuid[], $2::date[], $3::text[], $4::bigint[], $5::bigint[])
            AS added (organization_id, day, face, requests, points)
        WHERE EXISTS (SELECT FROM organization WHERE id = added.organization_id)
        ORDER BY 1, 2, 3
        ON CONFLICT (organization_id, day, face) DO UPDATE
        SET requests = usage_day.requests + excluded.requests, points = usage_day.points + excluded.points
        """,
        [organization_id for (organization_id, _, _), _ in rows],
        [day for (_, day, _), _ in rows],
        [face for (_, _, face), _ in rows],
        [requests for _, (requests, _) in rows],
        [points for _, (_, points) in rows],
    )


async def select_usage_days(organization_id: UUID, start: date, end: date) -> list[UsageDay]:
    """Each UTC day from `start` to `end`, both included, in one statement."""
    rows = await fetch(
        """
        WITH asked AS (
            SELECT day, sum(requests)::bigint AS requests, sum(points)::bigint AS points
            FROM usage_day WHERE organization_id = $1 AND day BETWEEN $2 AND $3 GROUP BY day
        ), ran AS (
            SELECT (started_at AT TIME ZONE 'UTC')::date AS day,
                count(*) FILTER (WHERE state = 'succeeded') AS refreshes,
                count(*) FILTER (WHERE state IN ('failed', 'lost')) AS failed_refreshes,
                sum(posts_observed)::bigint AS posts_observed
            FROM run
            WHERE organization_id = $1 AND started_at >= $2::date::timestamp AT TIME ZONE 'UTC'
                AND started_at < ($3::date + 1)::timestamp AT TIME ZONE 'UTC'
            GROUP BY 1
        )
        SELECT day::date AS day, coalesce(requests, 0) AS requests, coalesce(points, 0) AS points,
            coalesce(refreshes, 0) AS refreshes, coalesce(failed_refreshes, 0) AS failed_refreshes,
            coalesce(posts_observed, 0) AS posts_observed
        FROM generate_series($2::date::timestamp, $3::date::timestamp, interval '1 day') AS day
        LEFT JOIN asked USING (day) LEFT JOIN ran USING (day)
        ORDER BY day
        """,
        organization_id,
        start,
        end,
    )
    return [UsageDay(**row) for row in rows]


async def select_face_usage(organization_id: UUID, start: date, end: date) -> Sequence[FaceUsage]:
    """What was asked of each face that was asked anything."""
    rows = await fetch(
        """
        SELECT face, sum(requests)::bigint AS requests, sum(points)::bigint AS points
        FROM usage_day WHERE organization_id = $1 AND day BETWEEN $2 AND $3
        GROUP BY face ORDER BY face
        """,
        organization_id,
        start,
        end,
    )
    return [FaceUsage(**row) for row in rows]


async def select_provider_usage(organization_id: UUID, start: date, end: date) -> Sequence[ProviderUsage]:
    """What was asked of each provider that was asked anything, by the runs that are kept."""
    rows = await fetch(
        """
        SELECT call ->> 'provider' AS provider, sum((call ->> 'requests')::bigint)::bigint AS requests,
            count(*) FILTER (WHERE call ->> 'answer_class' <> 'ok') AS failures
        FROM run, jsonb_array_elements(calls) AS call
        WHERE organization_id = $1 AND started_at >= $2::date::timestamp AT TIME ZONE 'UTC'
            AND started_at < ($3::date + 1)::timestamp AT TIME ZONE 'UTC'
        GROUP BY 1 ORDER BY 1
        """,
        organization_id,
        start,
        end,
    )
    return [ProviderUsage(**row) for row in rows]
