"""What a month of a workspace came to: amounts, deadlines, load, failures, proofs, the busiest workflows."""
