import { graphql } from 'relay-runtime';

export const query = graphql`
  query VideoListQuery(
    $filter: VideoFilter
    $orderBy: [VideoOrder!]
    $first: Int
    $after: String
    $last: Int
    $before: String
  ) {
    ...VideoList_query
      @arguments(filter: $filter, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before)
  }
`;

export const list = graphql`
  fragment VideoList_query on Query
  @refetchable(queryName: "VideoListPageQuery")
  @argumentDefinitions(
    filter: { type: "VideoFilter" }
    orderBy: { type: "[VideoOrder!]" }
    first: { type: "Int" }
    after: { type: "String" }
    last: { type: "Int" }
    before: { type: "String" }
  ) {
    videos(filter: $filter, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before)
      @connection(key: "VideoList_videos", filters: ["filter", "orderBy"]) {
      edges {
        node {
          id
          url
          account {
            handle
          }
        }
      }
    }
  }
`;
