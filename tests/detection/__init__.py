"""The hospital's day: played, recorded, put back."""
