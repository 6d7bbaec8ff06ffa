"""The v2 dialect: routes and shapes of the CreatorAudit v2 contract."""
