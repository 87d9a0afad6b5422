"""Files that people hand in, kept out of line in the database: both kinds of it, one backup, one tenancy."""
