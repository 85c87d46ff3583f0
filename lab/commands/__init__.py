"""Commands of single rooms, which ``lab.cli`` takes up: each file has an ``add`` that is given the decorator."""
