// Whatever has an id of its own is read again by it. There is a fragment for each such type.
import { graphql } from 'relay-runtime';

export const query = graphql`
  query RefetchingQuery($id: ID!) {
    node(id: $id) {
      __typename
      id
      ...Refetching_account @alias(as: "Account")
      ...Refetching_apiKey @alias(as: "ApiKey")
      ...Refetching_creator @alias(as: "Creator")
      ...Refetching_organization @alias(as: "Organization")
      ...Refetching_refreshRun @alias(as: "RefreshRun")
      ...Refetching_video @alias(as: "Video")
    }
  }
`;

export const account = graphql`
  fragment Refetching_account on Account @refetchable(queryName: "RefetchingAccountQuery") {
    handle
    metadata
  }
`;

export const apiKey = graphql`
  fragment Refetching_apiKey on ApiKey @refetchable(queryName: "RefetchingApiKeyQuery") {
    name
    scopes
  }
`;

export const creator = graphql`
  fragment Refetching_creator on Creator @refetchable(queryName: "RefetchingCreatorQuery") {
    name
    metadata
  }
`;

export const organization = graphql`
  fragment Refetching_organization on Organization @refetchable(queryName: "RefetchingOrganizationQuery") {
    name
  }
`;

export const refreshRun = graphql`
  fragment Refetching_refreshRun on RefreshRun @refetchable(queryName: "RefetchingRefreshRunQuery") {
    state
    startedAt
  }
`;

export const video = graphql`
  fragment Refetching_video on Video @refetchable(queryName: "RefetchingVideoQuery") {
    externalId
    publishedAt
  }
`;
