"""`python -m synthetic_data` writes a synthetic hospital's files."""

from synthetic_data.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
