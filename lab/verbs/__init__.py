"""What ``Lab`` can do besides running the site, one module for each room. They are mixed into ``Lab`` (lab/api.py)."""
