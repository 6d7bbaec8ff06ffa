"""GraphQL over HTTP: requests read, documents kept, errors shown, answers sent."""
