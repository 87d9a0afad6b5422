"""What the page of a run shows, each part by itself: which steps are listed, and what is laid over the picture."""
