"""Files that appear whole or not at all, and survive a loss of power once they are there."""

import os
import uuid
from pathlib import Path


def write_whole(path: Path, content: bytes | memoryview) -> None:
    """Writes beside `path`, syncs, and renames. Raises OSError (ENOSPC, …) and then leaves what was there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f"{path.name}.{uuid.uuid4().hex[:8]}.part")
    try:
        with aside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
