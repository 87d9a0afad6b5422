"""One file a check, with an ORDER and a `look(place)`; a file that is added is found by itself."""
