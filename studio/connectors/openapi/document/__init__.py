"""From text that anybody may have written to a tree that is safe to walk."""
