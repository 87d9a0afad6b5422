"""`studio keys`: the master keys of an installation, from one to the next while Studio runs."""
