"""What access keeps: replies of creates that are not to happen twice."""
