"""The survey of 2019, playable: a simulated Internet of imaging archives, and the tool that examines it."""
