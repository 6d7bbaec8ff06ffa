import { graphql } from 'relay-runtime';

export const query = graphql`
  query VideoRankingQuery($window: Window!, $first: Int, $after: String, $last: Int, $before: String) {
    ...VideoRanking_query @arguments(window: $window, first: $first, after: $after, last: $last, before: $before)
  }
`;

export const list = graphql`
  fragment VideoRanking_query on Query
  @refetchable(queryName: "VideoRankingPageQuery")
  @argumentDefinitions(
    window: { type: "Window!" }
    first: { type: "Int" }
    after: { type: "String" }
    last: { type: "Int" }
    before: { type: "String" }
  ) {
    topVideos(window: $window, first: $first, after: $after, last: $last, before: $before)
      @connection(key: "VideoRanking_topVideos", filters: ["window"]) {
      rankedCount
      edges {
        node {
          rank
          value
          video {
            id
          }
        }
      }
    }
  }
`;
