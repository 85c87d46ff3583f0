"""The hospital's day with its intruders, the sensors that watch it, and what they show."""
