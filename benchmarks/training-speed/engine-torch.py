"""PyTorch's side of the speed comparison, as a child process: the same network, optimiser and batch in eager mode.

Arguments: a file with the network's nodes, the batch size, the threads, "contiguous" or "channels-last". Then the same
commands on standard input as engine-ours.ts.
"""

import json
import resource
import sys
import time

start = time.perf_counter()
import torch
import torch.nn as nn
import torch.nn.functional as F

file, batch, threads, layout = sys.argv[1:]
batch = int(batch)
torch.set_num_threads(int(threads))
torch.manual_seed(0)
nodes = json.load(open(file))
shape = nodes[0]["op"]["shape"]

ACTIVATIONS = {"relu": F.relu, "relu6": F.relu6, "hard-swish": F.hardswish}
ACTIVATIONS |= {"hard-sigmoid": F.hardsigmoid, "sigmoid": torch.sigmoid, "silu": F.silu}


class Network(nn.Module):
    """The nodes as modules, called in order."""

    def __init__(self):
        super().__init__()
        channels = {}
        self.calls = []
        for index, node in enumerate(nodes):
            op, kind = node["op"], node["op"]["kind"]
            c = channels[node["inputs"][0]] if node["inputs"] else shape[0]
            module = None
            if kind == "conv":
                window = (op["kernel"], op["stride"], op["padding"])
                module = nn.Conv2d(c, op["outChannels"], *window, groups=op["groups"], bias=op["bias"])
                c = op["outChannels"]
            elif kind == "batch-norm":
                module = nn.BatchNorm2d(c, op["epsilon"], op["momentum"])
            elif kind == "linear":
                module = nn.Linear(c, op["outFeatures"], op["bias"])
                c = op["outFeatures"]
            if module is not None:
                self.add_module(str(index), module)
            channels[node["id"]] = c
            self.calls.append((node["id"], node["inputs"], self.function(op, module)))

    @staticmethod
    def function(op, module):
        kind = op["kind"]
        if module is not None:
            return module
        if kind == "input":
            return None
        if kind == "activation":
            return ACTIVATIONS[op["function"]]
        if kind == "pool":
            window = (op["kernel"], op["stride"], op["padding"])
            if op["mode"] == "max":
                return lambda x: F.max_pool2d(x, *window)
            return lambda x: F.avg_pool2d(x, *window, count_include_pad=op["countPadding"])
        return {
            "global-pool": lambda x: F.adaptive_avg_pool2d(x, 1),
            "flatten": lambda x: x.flatten(1),
            "add": lambda x, *rest: sum(rest, x),
            "multiply": lambda x, y: x * y,
            "concat": lambda *xs: torch.cat(xs, 1),
        }[kind]

    def forward(self, images):
        values = {}
        for id, inputs, call in self.calls:
            values[id] = images if call is None else call(*[values[i] for i in inputs])
        return values[self.calls[-1][0]]


images = torch.rand(batch, *shape) * 2 - 1
labels = torch.arange(batch) % 10
model = Network()
if layout == "channels-last":
    model = model.to(memory_format=torch.channels_last)
    images = images.to(memory_format=torch.channels_last)
optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, nesterov=True, weight_decay=1e-4)
loss_function = nn.CrossEntropyLoss()
print(json.dumps({"startMs": (time.perf_counter() - start) * 1e3, "version": torch.__version__}), flush=True)


def step():
    begin, begin_cpu = time.perf_counter(), time.process_time()
    optimizer.zero_grad(set_to_none=True)
    loss = loss_function(model(images), labels)
    loss.backward()
    optimizer.step()
    loss.item()
    cpu = time.process_time() - begin_cpu
    return {"wallMs": (time.perf_counter() - begin) * 1e3, "cpuMs": cpu * 1e3}


for line in sys.stdin:
    command, *rest = line.split()
    if command == "steps":
        print(json.dumps([step() for _ in range(int(rest[0]))]), flush=True)
    else:
        print(json.dumps(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024), flush=True)
