"""pacslab: a hospital's imaging archive, small enough for a laptop and safe enough to be left wide open.

from lab import Lab
lab = Lab()
lab.misconfigure("http-no-auth")
lab.probe("http-no-auth")
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lab.api import Lab

__version__ = "0.1.0"
__all__ = ["Lab", "__version__"]


def __getattr__(name: str) -> object:
    """Import the API when it is asked for, so that small processes of the lab stay small."""
    if name == "Lab":
        from lab.api import Lab

        return Lab
    raise AttributeError(f"module 'lab' has no attribute {name!r}")
