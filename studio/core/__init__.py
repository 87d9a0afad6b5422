"""Ground floor: settings, storage, time, ids, dispatch. Knows no business word."""
