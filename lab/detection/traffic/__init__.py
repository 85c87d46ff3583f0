"""Who does what on a hospital's day: the staff's routine, and the intruders among it."""
