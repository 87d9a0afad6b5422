"""From a document to actions with forms. Pure."""
