"""The commands, one file for each room of the lab. ``lab.cli`` takes up the ``COMMANDS`` of each."""
