"""From a filled form to one request. Pure."""
