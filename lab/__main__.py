"""``python -m lab`` is ``pacslab``."""

from lab.cli import main

main(prog_name="pacslab")
