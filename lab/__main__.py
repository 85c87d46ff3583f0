"""``python -m lab`` is ``pacslab``."""

import signal

# Nothing has begun while modules are loaded, and there Python loses a KeyboardInterrupt now and then (in a weakref's callback):
# Ctrl-C ends the program at once, with 130 in a shell as later on.
interrupt = signal.getsignal(signal.SIGINT)
if interrupt is signal.default_int_handler:
    signal.signal(signal.SIGINT, signal.SIG_DFL)

from lab.cli import main  # noqa: E402

signal.signal(signal.SIGINT, interrupt)
main(prog_name="pacslab")
