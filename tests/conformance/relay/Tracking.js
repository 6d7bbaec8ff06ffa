import { graphql } from 'relay-runtime';

export const track = graphql`
  mutation TrackingTrackMutation($input: TrackAccountInput!, $connections: [ID!]!) {
    trackAccount(input: $input) {
      accountEdge @prependEdge(connections: $connections) {
        cursor
        node {
          id
          ...AccountList_row
        }
      }
      errors {
        code
        message
        ... on HandleTaken {
          account {
            id
          }
        }
      }
    }
  }
`;

export const pause = graphql`
  mutation TrackingPauseMutation($input: PauseAccountInput!) {
    pauseAccount(input: $input) {
      account {
        id
        isActive
      }
      errors {
        message
      }
    }
  }
`;

export const remove = graphql`
  mutation TrackingRemoveMutation($input: RemoveAccountInput!, $connections: [ID!]!) {
    removeAccount(input: $input) {
      removedAccountId @deleteEdge(connections: $connections)
      errors {
        message
      }
    }
  }
`;
