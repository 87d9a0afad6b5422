"""Any OpenAPI 3 document as a connector: read with suspicion, turned into actions with forms, called as it says."""
