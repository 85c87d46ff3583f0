"""What several probes have in common."""
