"""The same files read by PIL in one process, or by torchvision's ImageFolder with two workers: seconds on standard output.

python peers.py pil|torchvision FOLDER
"""

import os
import sys
import time

import numpy
from PIL import Image


def pil(folder: str) -> int:
    count = 0
    for root, _, files in os.walk(folder):
        for file in files:
            with Image.open(os.path.join(root, file)) as image:
                count += numpy.asarray(image.convert("RGB")).shape[2] == 3
    return count


def torchvision(folder: str) -> int:
    import torch

    # Wheels for other builds of PyTorch lack the compiled operators; reading a folder uses none of them.
    library = torch.library.Library("torchvision", "DEF")
    for _ in range(40):
        try:
            from torchvision.datasets import ImageFolder
            from torchvision.transforms import PILToTensor

            break
        except RuntimeError as error:
            operator = str(error).split("torchvision::")[1].split(" ")[0]
            library.define(f"{operator}(Tensor x) -> Tensor")
            for name in [name for name in sys.modules if name.startswith("torchvision")]:
                del sys.modules[name]
    global started
    started = time.perf_counter()
    count = 0
    for part in ("train", "test"):
        images = ImageFolder(os.path.join(folder, part), PILToTensor())
        for batch, _ in torch.utils.data.DataLoader(images, batch_size=256, num_workers=2):
            count += len(batch)
    return count


started = time.perf_counter()
count = {"pil": pil, "torchvision": torchvision}[sys.argv[1]](sys.argv[2])
print(count, time.perf_counter() - started)
