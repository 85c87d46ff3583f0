"""What watches the day: logs, a capture of the wire, what the archive says of itself."""
