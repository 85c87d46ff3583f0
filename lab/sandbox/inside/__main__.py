"""``python3 -I /opt/pacslab/inside``: run the keeper with no other code of the lab at hand."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from inside.keeper import main  # type: ignore[import-not-found]

sys.exit(main())
