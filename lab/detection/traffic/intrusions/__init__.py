"""One file per intrusion, found by its name. None imports another."""
