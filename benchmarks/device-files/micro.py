"""One 8-bit TFLite file in TFLite Micro's interpreter for Python (`pip install tflite-micro`): python micro.py MODEL IMAGES

Prints the scores of all images and the bytes of its arena's head, which holds maps and the kernels' scratch memory.
"""

import json
import os
import re
import sys
import tempfile

import numpy as np
from tflite_micro import runtime


def written(call) -> str:
    """What the interpreter writes to standard output and standard error, which it does in C++."""
    with tempfile.TemporaryFile() as file:
        kept = [os.dup(1), os.dup(2)]
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
        try:
            call()
        finally:
            os.dup2(kept[0], 1)
            os.dup2(kept[1], 2)
        file.seek(0)
        return file.read().decode()


def run(model: str, path: str) -> dict:
    try:
        interpreter = runtime.Interpreter.from_file(model, arena_size=1 << 26)
    except RuntimeError as error:
        return {"refused": str(error).strip().splitlines()[-1][:200]}
    shape = interpreter.get_input_details(0)["shape"]
    scores = []
    for image in np.fromfile(path, np.int8).reshape(-1, *shape):
        interpreter.set_input(image, 0)
        interpreter.invoke()
        scores += interpreter.get_output(0).ravel().tolist()
    text = written(interpreter.print_allocations)
    head = re.search(r"Arena allocation head (\d+) bytes", text)
    if head is None:
        raise SystemExit(text)
    return {"scores": scores, "head": int(head[1])}


print(json.dumps(run(sys.argv[1], sys.argv[2])))
