"""Lists: pages of accounts, creators and videos under any filter and order."""
