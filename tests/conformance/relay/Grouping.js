import { graphql } from 'relay-runtime';

export const create = graphql`
  mutation GroupingCreateMutation($input: CreateCreatorInput!, $connections: [ID!]!) {
    createCreator(input: $input) {
      creatorEdge @prependEdge(connections: $connections) {
        cursor
        node {
          id
          name
          accountCount
          isActive
        }
      }
      errors {
        message
      }
    }
  }
`;

export const rename = graphql`
  mutation GroupingRenameMutation($input: UpdateCreatorInput!) @raw_response_type {
    updateCreator(input: $input) {
      creator {
        id
        name
      }
      errors {
        code
        message
        path
      }
    }
  }
`;

export const link = graphql`
  mutation GroupingLinkMutation($input: LinkAccountInput!, $connections: [ID!]!) {
    linkAccount(input: $input) {
      account @appendNode(connections: $connections, edgeTypeName: "AccountEdge") {
        id
        handle
        creator {
          id
        }
      }
      creator {
        id
        accountCount
      }
      errors {
        message
      }
    }
  }
`;

export const remove = graphql`
  mutation GroupingDeleteMutation($input: DeleteCreatorInput!, $connections: [ID!]!) {
    deleteCreator(input: $input) {
      deletedCreatorId @deleteEdge(connections: $connections)
      gone: deletedCreatorId @deleteRecord
      errors {
        message
      }
    }
  }
`;
