"""The rules of a setting as a form: what was sent becomes the document, and its buttons change it."""
