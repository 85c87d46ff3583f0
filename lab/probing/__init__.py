"""What the probes of several scenarios share. A probe does what an outsider does, and reads the answer."""
