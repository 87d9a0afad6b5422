"""What spans several primitives: reports on approvals, reviews of seats. Read by pages and API alike."""
