"""What this machine offers to a training, as JSON, for `genius doctor`."""

import os
import platform
from typing import Any

import torch

from . import __version__


def about() -> dict[str, Any]:
    """Versions of trainer, job, Python and PyTorch, `cuda` of the build or null, `gpus` as [{name, memoryBytes}]."""
    gpus = range(torch.cuda.device_count() if torch.cuda.is_available() else 0)
    properties = [torch.cuda.get_device_properties(index) for index in gpus]
    return {
        "trainer": __version__,
        "jobVersion": 1,
        "python": platform.python_version(),
        "torch": torch.__version__,
        "cuda": torch.version.cuda,
        "gpus": [{"name": gpu.name, "memoryBytes": gpu.total_memory} for gpu in properties],
        "cpus": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
    }
