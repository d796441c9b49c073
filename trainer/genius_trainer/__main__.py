"""`python -m genius_trainer JOBFOLDER` trains the job in a folder; `--about` says what this machine offers."""

import json
import sys
import time
from pathlib import Path

from .events import take_standard_output
from .stop import listen

USAGE = "Usage: python -m genius_trainer JOBFOLDER | --about"


def main() -> int:
    """The command. Exit codes: 0 finished, 1 failed, 2 wrong use, 130 stopped by a signal."""
    arguments = sys.argv[1:]
    if len(arguments) != 1 or (arguments[0].startswith("-") and arguments[0] != "--about"):
        print(USAGE, file=sys.stderr)
        return 2
    if arguments[0] == "--about":
        from .about import about

        print(json.dumps(about()))
        return 0
    began = time.monotonic()
    # Before PyTorch is loaded, which takes seconds and may print.
    stop = listen()
    emit = take_standard_output()
    from .run import run

    return run(Path(arguments[0]), emit, stop, began)


if __name__ == "__main__":
    sys.exit(main())
