"""What many runs say together: facets to find them by, sums by hour, errors that are one and the same."""
