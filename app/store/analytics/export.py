"""Videos in the order of their ids, however many there are: what an export reads, page after page."""

from uuid import UUID

from app.domain.filters import VideoFilter
from app.domain.records import Video
from app.store.db import fetch
from app.store.lists.conditions import video_conditions
from app.store.parameters import Parameters
from app.store.videos import VIDEO


async def select_videos_after(organization_id: UUID, scope: VideoFilter, after: UUID | None, limit: int) -> list[Video]:
    """The next videos of a scope after an id, or the first ones; fewer than `limit` at the end."""
    parameters = Parameters()
    conditions = [video_conditions(parameters, parameters.add(organization_id, "uuid"), scope)]
    if after is not None:
        conditions.append(f"video.id > {parameters.add(after, 'uuid')}")
    columns = VIDEO.whole.columns_of("video")
    rows = await fetch(
        f"SELECT {columns} FROM video WHERE {' AND '.join(conditions)} ORDER BY video.id LIMIT {limit:d}",
        *parameters.values,
    )
    return [VIDEO.whole.read(row) for row in rows]
