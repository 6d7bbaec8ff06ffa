"""Videos in the order of their ids, however many there are: what an export reads, page after page."""

from uuid import UUID

from app.domain.filters import VideoScope
from app.domain.records import Video
from app.store.analytics.video_ranking import in_scope
from app.store.db import fetch
from app.store.parameters import Parameters
from app.store.videos import video_record


async def select_videos_after(organization_id: UUID, scope: VideoScope, after: UUID | None, limit: int) -> list[Video]:
    """The next videos of a scope after an id, or the first ones; fewer than `limit` at the end."""
    parameters = Parameters()
    conditions = [in_scope(parameters, parameters.add(organization_id, "uuid"), scope)]
    if after is not None:
        conditions.append(f"v.id > {parameters.add(after, 'uuid')}")
    rows = await fetch(
        f"SELECT v.* FROM video v WHERE {' AND '.join(conditions)} ORDER BY v.id LIMIT {limit:d}", *parameters.values
    )
    return [video_record(row) for row in rows]
