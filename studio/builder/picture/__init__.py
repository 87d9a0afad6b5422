"""The graph as a picture that the server draws: for pages that show a workflow without the editor."""

from studio.builder.picture.drawing import picture
from studio.builder.picture.overlay import PLAIN, Overlay

__all__ = ["PLAIN", "Overlay", "picture"]
