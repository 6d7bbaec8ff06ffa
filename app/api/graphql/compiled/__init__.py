"""Documents compiled to Python functions, with graphql-core as the judge of everything that is not plain."""
