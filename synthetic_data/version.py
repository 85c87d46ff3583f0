"""The generator's version: with seed and options it determines every byte of a set."""

__version__ = "0.6.0"
