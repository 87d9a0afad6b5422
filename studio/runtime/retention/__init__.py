"""Ended runs are kept for a while, by workflow and by how they ended, and then let go of in small batches."""
