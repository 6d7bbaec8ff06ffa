import { graphql } from 'relay-runtime';

export const query = graphql`
  query CreatorAccountsQuery($id: ID!, $first: Int, $last: Int) {
    creator(id: $id) {
      ...CreatorAccounts_creator @arguments(first: $first, last: $last)
    }
  }
`;

export const list = graphql`
  fragment CreatorAccounts_creator on Creator
  @refetchable(queryName: "CreatorAccountsPageQuery")
  @argumentDefinitions(first: { type: "Int" }, after: { type: "String" }, last: { type: "Int" }, before: { type: "String" }) {
    accounts(first: $first, after: $after, last: $last, before: $before) @connection(key: "CreatorAccounts_accounts") {
      edges {
        node {
          id
          handle
          creator {
            id
          }
        }
      }
    }
  }
`;
