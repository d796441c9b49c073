"""How a training can end before its end, as one exception, and the reading of foreign errors as one of these.

The reasons are those of the event `failed` (schema/event.json). A detail says what happened, with sizes, and what can
be done.
"""

import errno
from typing import Literal

Reason = Literal["diverged", "out-of-memory", "disk-full", "timeout", "cancelled", "bad-job", "crashed"]


class TrainingFailed(Exception):
    """Ends the training; `reason` and `detail` go into the event."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason: Reason = reason
        self.detail = detail


def failure_of(error: BaseException, doing: str) -> TrainingFailed:
    """Reads any error that was raised while `doing` something (`training with batches of 64 images …`)."""
    if isinstance(error, TrainingFailed):
        return error
    text = f"{type(error).__name__}: {error}".strip().removesuffix(":")
    if _is_out_of_memory(error):
        advice = "Use smaller batches or images, precision bfloat16, or a machine with more memory."
        return TrainingFailed("out-of-memory", f"no memory was left while {doing}. {advice} ({_first_line(text)})")
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        where = f" ({error.filename})" if error.filename else ""
        return TrainingFailed(
            "disk-full", f"the disk is full or its quota is used up{where}. Free some space and start the job again."
        )
    if isinstance(error, KeyboardInterrupt):
        return TrainingFailed("cancelled", "stopped by SIGINT")
    return TrainingFailed("crashed", f"while {doing}: {text[:2000]}")


def _is_out_of_memory(error: BaseException) -> bool:
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    if isinstance(error, OSError):
        return error.errno == errno.ENOMEM
    # PyTorch's allocator for the CPU has no error class of its own.
    return isinstance(error, RuntimeError) and "DefaultCPUAllocator" in str(error)


def _first_line(text: str) -> str:
    return text.splitlines()[0][:300]
