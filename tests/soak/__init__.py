"""A seeded mixture of faults against a whole Studio that works all the time, and what must hold afterwards."""
