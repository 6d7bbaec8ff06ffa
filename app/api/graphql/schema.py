"""The schema: every entrance and type, put together once."""

import strawberry
from graphql import GraphQLInputObjectType, GraphQLSchema
from strawberry.schema.config import StrawberryConfig

from app.api.graphql.mutations.errors import ERROR_TYPES
from app.api.graphql.mutations.root import Mutation
from app.api.graphql.queries.root import Query
from app.api.graphql.subscriptions.root import Subscription
from app.api.graphql.values.scalars import SCALARS

schema = strawberry.Schema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    types=ERROR_TYPES,
    config=StrawberryConfig(scalar_map=SCALARS),
)

executable: GraphQLSchema = schema._schema
"""The same as graphql-core executes it: we keep documents and choose status codes, so we call it ourselves."""

for _type in executable.type_map.values():
    if isinstance(_type, GraphQLInputObjectType):
        # Strawberry keeps @oneOf to itself; once told, graphql-core checks literals and variables alike, and prints it.
        _type.is_one_of = _type.extensions["strawberry-definition"].is_one_of
