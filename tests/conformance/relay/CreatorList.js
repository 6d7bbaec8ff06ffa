import { graphql } from 'relay-runtime';

export const query = graphql`
  query CreatorListQuery($first: Int, $after: String, $last: Int, $before: String) {
    ...CreatorList_query @arguments(first: $first, after: $after, last: $last, before: $before)
  }
`;

export const list = graphql`
  fragment CreatorList_query on Query
  @refetchable(queryName: "CreatorListPageQuery")
  @argumentDefinitions(first: { type: "Int" }, after: { type: "String" }, last: { type: "Int" }, before: { type: "String" }) {
    creators(first: $first, after: $after, last: $last, before: $before) @connection(key: "CreatorList_creators") {
      edges {
        node {
          id
          name
          accountCount
          isActive
        }
      }
    }
  }
`;
