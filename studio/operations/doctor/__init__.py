"""`studio doctor`: looks at everything that an installation stands on, and says what to do where it is not well."""
