"""How costs and scores are taken: one process a measurement, one thread, CPU seconds, never wall time."""
