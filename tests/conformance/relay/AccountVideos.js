import { graphql } from 'relay-runtime';

export const query = graphql`
  query AccountVideosQuery($id: ID!, $first: Int, $last: Int) {
    account(id: $id) {
      ...AccountVideos_account @arguments(first: $first, last: $last)
    }
  }
`;

export const list = graphql`
  fragment AccountVideos_account on Account
  @refetchable(queryName: "AccountVideosPageQuery")
  @argumentDefinitions(first: { type: "Int" }, after: { type: "String" }, last: { type: "Int" }, before: { type: "String" }) {
    videos(first: $first, after: $after, last: $last, before: $before) @connection(key: "AccountVideos_videos") {
      edges {
        node {
          id
          url
          viewCount
        }
      }
    }
  }
`;
