"""``python -m lab`` is ``pacslab``."""

from lab.cli import main

main()
