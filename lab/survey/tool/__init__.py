"""The survey tool: asks every listed system politely once, and says what it found with evidence."""
