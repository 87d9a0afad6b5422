"""Reports and reviews that span primitives."""
