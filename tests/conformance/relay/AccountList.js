import { graphql } from 'relay-runtime';

export const query = graphql`
  query AccountListQuery($filter: AccountFilter, $first: Int, $after: String, $last: Int, $before: String) {
    ...AccountList_query @arguments(filter: $filter, first: $first, after: $after, last: $last, before: $before)
  }
`;

export const list = graphql`
  fragment AccountList_query on Query
  @refetchable(queryName: "AccountListPageQuery")
  @argumentDefinitions(
    filter: { type: "AccountFilter" }
    first: { type: "Int" }
    after: { type: "String" }
    last: { type: "Int" }
    before: { type: "String" }
  ) {
    accounts(filter: $filter, first: $first, after: $after, last: $last, before: $before)
      @connection(key: "AccountList_accounts", filters: ["filter"]) {
      totalCount
      edges {
        node {
          id
          ...AccountList_row
        }
      }
    }
  }
`;

export const row = graphql`
  fragment AccountList_row on Account {
    handle
    platform
    followerCount
    isActive
    metrics(window: { last: LAST_7_DAYS }) {
      views {
        current
        changePercent
      }
    }
  }
`;
