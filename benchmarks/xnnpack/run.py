"""One TFLite file in Google's interpreter, on one thread: python run.py KERNELS MODEL IMAGES

KERNELS: BUILTIN (XNNPACK, the default), BUILTIN_WITHOUT_DEFAULT_DELEGATES (the interpreter's own fast kernels) or BUILTIN_REF. Prints as
JSON the scores of all images, the median milliseconds of an image, and by how many bytes the heap is larger for the interpreter
once it has run; the file itself is mapped and not in it.
"""

import ctypes
import json
import sys
from time import perf_counter

import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType


class Mallinfo(ctypes.Structure):
    """glibc's mallinfo2."""

    _fields_ = [
        (name, ctypes.c_size_t)
        for name in "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost".split()
    ]


libc = ctypes.CDLL(None)
libc.mallinfo2.restype = Mallinfo


def heap_bytes() -> int:
    info = libc.mallinfo2()
    return info.uordblks + info.hblkhd


kernels, model, path = sys.argv[1:]
before = heap_bytes()
interpreter = Interpreter(
    model_path=model, num_threads=1, experimental_op_resolver_type=OpResolverType[kernels]
)
interpreter.allocate_tensors()
[source] = interpreter.get_input_details()
[target] = interpreter.get_output_details()
images = np.fromfile(path, source["dtype"]).reshape(-1, *source["shape"])
scores = []
for image in images:
    interpreter.set_tensor(source["index"], image)
    interpreter.invoke()
    scores += interpreter.get_tensor(target["index"]).ravel().tolist()
heap = heap_bytes() - before
times = []
begin = perf_counter()
while len(times) < 10 or (perf_counter() - begin < 0.3 and len(times) < 1000):
    start = perf_counter()
    interpreter.invoke()
    times.append(1000 * (perf_counter() - start))
print(json.dumps({"scores": scores, "ms": float(np.median(times)), "heap": heap}))
