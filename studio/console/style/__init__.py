"""The living page of styles: what the sheets and macros say themselves, read from their files."""
