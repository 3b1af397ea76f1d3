"""``python -m seldinger``: the command line."""

from seldinger.cli import main

if __name__ == "__main__":
    main()
