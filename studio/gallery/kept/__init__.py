"""Templates of a workspace as they are kept: their content, and the rows that hold it."""
