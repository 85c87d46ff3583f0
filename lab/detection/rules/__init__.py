"""Detection rules in Sigma: written by trainees or shipped here, run as SQL over a table of events, scored on truth."""
