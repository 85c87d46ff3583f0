"""From ``notebooks/src`` to what a trainee opens. How a source is written: the docstring of ``notebooks/build.py``."""
