"""Event lines: one JSON object a line on standard output, written at once, and nothing else on it.

Whatever a network's own code or a library prints goes to standard error instead. The lines follow schema/event.json.
"""

import base64
import contextlib
import hashlib
import json
import os
import sys
from collections.abc import Callable, Iterator
from typing import Any

Event = dict[str, Any]
Emit = Callable[[Event], None]

PART_BYTES = 32 * 1024


def take_standard_output() -> Emit:
    """Keeps the real standard output for events and sends everything else that is printed to standard error."""
    sys.stdout.flush()
    real = os.dup(1)
    os.dup2(2, 1)

    def emit(event: Event) -> None:
        line = memoryview((json.dumps(event, allow_nan=False) + "\n").encode())
        # A reader that has gone is no reason to stop: the files and the checkpoint are still of use.
        with contextlib.suppress(BrokenPipeError):
            while line:
                line = line[os.write(real, line) :]

    return emit


def file_events(name: str, content: bytes) -> Iterator[Event]:
    """A file as `file` events, for backends that share no folder with the study."""
    parts = max(1, -(-len(content) // PART_BYTES))
    sha256 = hashlib.sha256(content).hexdigest()
    for part in range(parts):
        piece = content[part * PART_BYTES : (part + 1) * PART_BYTES]
        yield {
            "event": "file",
            "name": name,
            "part": part + 1,
            "parts": parts,
            "base64": base64.b64encode(piece).decode(),
            "sha256": sha256,
        }
