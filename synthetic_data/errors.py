"""The one error that this package raises on purpose."""


class SyntheticDataError(Exception):
    """A request that cannot be carried out, said in one sentence that a user can act on.

    The message quotes the value that was wrong, says what is accepted and, where there is one, the next step.
    """
