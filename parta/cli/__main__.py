"""`python -m parta.cli`: the command, without its script."""

import sys

from parta.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
