"""Runtime's tests see the node types that every process loads at its start."""

import studio.runtime.nodes
import studio.runtime.triggers  # noqa: F401 - registers their types
