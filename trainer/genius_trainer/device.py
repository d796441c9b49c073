"""Where and how precisely a training computes: the device, its precision, its threads and its memory."""

import platform
import resource
import sys
from dataclasses import dataclass
from typing import Literal

import torch

from .failures import TrainingFailed
from .group import Group
from .job import Job

Precision = Literal["float32", "bfloat16", "float16"]
_TYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}


@dataclass(frozen=True, slots=True)
class Compute:
    device: torch.device
    name: str
    precision: Precision

    @property
    def is_cuda(self) -> bool:
        return self.device.type == "cuda"

    def autocast(self) -> torch.autocast:
        """Mixed precision, or nothing at float32."""
        return torch.autocast(self.device.type, _TYPES[self.precision], enabled=self.precision != "float32")


def choose_compute(job: Job, group: Group) -> Compute:
    """Raises TrainingFailed `bad-job` when the device or its precision is not there."""
    kind = job.device if job.device != "auto" else "cuda" if torch.cuda.is_available() else "cpu"
    if kind == "cpu":
        if job.precision == "float16":
            raise TrainingFailed("bad-job", "precision is float16, which needs a GPU; on cpu use float32.")
        if job.threads is not None or group.size > 1:
            torch.set_num_threads(job.threads or max(1, torch.get_num_threads() // group.size))
        precision: Precision = "float32" if job.precision == "auto" else job.precision
        return Compute(torch.device("cpu"), platform.processor() or platform.machine(), precision)
    if not torch.cuda.is_available():
        built = f"PyTorch {torch.__version__} sees none"
        advice = 'Use "device": "auto" or "cpu", or install a PyTorch with CUDA and a driver that fits.'
        raise TrainingFailed("bad-job", f"device is cuda, but {built} on this machine. {advice}")
    count = torch.cuda.device_count()
    if group.size > count:
        raise TrainingFailed("bad-job", f"processes is {group.size}; allowed is at most {count}, the GPUs here.")
    device = torch.device("cuda", group.rank)
    torch.cuda.set_device(device)
    if job.threads is not None:
        torch.set_num_threads(job.threads)
    torch.set_float32_matmul_precision("high")
    torch.backends.cudnn.benchmark = True
    precision = job.precision if job.precision != "auto" else "float32"
    if job.precision == "auto" and torch.cuda.is_bf16_supported(including_emulation=False):
        precision = "bfloat16"
    return Compute(device, torch.cuda.get_device_name(device), precision)


def peak_memory_bytes(compute: Compute) -> int:
    """The most that was used: of the graphics processor, or of the process."""
    if compute.is_cuda:
        return torch.cuda.max_memory_allocated(compute.device)
    return process_memory_bytes()


def process_memory_bytes() -> int:
    """The most main memory that this process has used."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def memory_text(compute: Compute) -> str:
    """How full the device is, for a message: `71.2 of 79.1 GB of NVIDIA H100 in use`."""
    if compute.is_cuda:
        free, total = torch.cuda.mem_get_info(compute.device)
        return f"{(total - free) / 1e9:.1f} of {total / 1e9:.1f} GB of {compute.name} in use"
    return f"the process used up to {process_memory_bytes() / 1e9:.1f} GB"
