"""The page docs/results/gpu.md from the lines of run.py.

    python3 benchmarks/gpu/page.py lines.jsonl > docs/results/gpu.md
"""

import json
import sys
from pathlib import Path

# The paper's search trains ten networks for 10 epochs on 1.28 M images at 96 pixels, and its last one 500 epochs at 224.
SEARCH_IMAGES = 10 * 10 * 1.281e6
FINAL_IMAGES = 500 * 1.281e6


def page_of(lines: list[dict], *, small: bool = False) -> str:
    def figures(part: str) -> list[dict]:
        return [line for line in lines if line["part"] == part and set(line) != {"part", "seconds"}]

    def one(part: str) -> dict | None:
        found = [line for line in figures(part) if "failed" not in line or isinstance(line["failed"], int)]
        return found[0] if found else None

    def trouble(part: str) -> str:
        words = [line["failed"] for line in lines if line["part"] == part and isinstance(line.get("failed"), str)]
        return words[0] if words else "not run"

    rows: list[tuple[str, str]] = []
    about = one("about") or {}
    trainer = one("trainer")
    if trainer is None:
        rows.append(("Trainer beside a bare loop", trouble("trainer")))
    else:
        wall = trainer["wall"]
        rows.append(
            (
                f"Trainer beside a bare loop, {trainer['parameterCount']:,} parameters at 32 pixels, batch {trainer['batchSize']}",
                f"{wall['trainerImagesPerSecond']:,.0f} and {wall['bareImagesPerSecond']:,.0f} images a second: ratio {wall['ratio']}",
            )
        )
    busy = one("busy")
    if busy is None:
        rows.append(("GPU busy while it trains", trouble("busy")))
    elif "gpuBusyPercentMean" in busy:
        share = f"{busy['gpuBusyPercentMean']} % (median {busy['gpuBusyPercentMedian']:.0f} %, {busy['samples']} samples)"
        rows.append(("GPU busy while it trains", f"{share}, {busy['watts']} W, {busy['imagesPerSecond']:,.0f} images a second"))
    else:
        rows.append(("GPU busy while it trains", f"no GPU; {busy['imagesPerSecond']:,.0f} images a second"))
    rates = {}
    for side in (96, 224):
        line = one(f"genius-329 at {side}")
        name = f"GENIUS-329 at {side} pixels"
        if line is None:
            rows.append((name, trouble(f"genius-329 at {side}")))
            continue
        rates[side] = line["wall"]["trainerImagesPerSecond"]
        measured = f" (measured at {line['imageShape'][1]})" if line["imageShape"][1] != side else ""
        rows.append((name, f"{rates[side]:,.0f} images a second, batch {line['batchSize']}{measured}"))
    if len(rates) == 2:
        search, final = SEARCH_IMAGES / rates[96] / 3600, FINAL_IMAGES / rates[224] / 3600
        rows.append(("The paper's search, ten trainings of 10 epochs at 96", f"{search:,.1f} GPU-hours"))
        rows.append(("Its final training, 500 epochs at 224", f"{final:,.1f} GPU-hours"))
    web = figures("webgpu")
    by_provider = {line["provider"]: line for line in web if "provider" in line}
    gpu = by_provider.get("webgpu")
    if gpu is None:
        rows.append(("In-process graphs through WebGPU", trouble("webgpu")))
    elif "notThere" in gpu:
        rows.append(("In-process graphs through WebGPU", f"not there: {gpu['notThere']}"))
    else:
        cpu = by_provider.get("cpu", {}).get("imagesPerSecond")
        beside = "" if cpu is None else f"; on the processor {cpu:,.0f}"
        rows.append(("In-process graphs through WebGPU", f"{gpu['imagesPerSecond']:,.0f} images a second{beside}"))
    found = one("search")
    if found is None:
        rows.append(("Search by the clock with --evaluator torch", trouble("search")))
    else:
        images = found["test"].get("testImages")
        tested = f"{100 * found['testAccuracy01']:.2f} % of {images} test images"
        rows.append(
            (
                f"Search by the clock with --evaluator torch, {found['minutes']} min, {found['data']}",
                f"{tested} by {found['network']} ({found['paramCount']:,} parameters) after {found['evaluations']} evaluations, "
                f"{found['failed']} failed; {found['wallSeconds']} s used",
            )
        )
    machine = about.get("gpu") or "no GPU"
    head = [
        "# What does a GPU change?",
        "",
        f"Measured by one script on {machine}; PyTorch {about.get('torch') or 'not there'}, Python {about.get('python')}, "
        f"{about.get('cores')} cores, Node {about.get('node') or 'not there'}.",
    ]
    if small:
        head += [
            "",
            "**These figures are of `--small` on a processor: they show that every part of the script runs, and nothing of a GPU.**",
        ]
    table = ["", "## Figures", "", "| what | |", "|---|---|", *(f"| {cell(name)} | {cell(words)} |" for name, words in rows)]
    times = {line["part"]: line["seconds"] for line in lines if set(line) == {"part", "seconds"}}
    spent = ", ".join(f"{part} {seconds} s" for part, seconds in times.items())
    method = [
        "",
        "## Method",
        "",
        "- `node benchmarks/gpu/pack.ts --wheels --node --images FOLDER`, then on the machine with the GPU "
        f"`python3 benchmarks/gpu/run.py{' --small' if small else ''}`; "
        "[how](../guide/gpu-and-cluster.md).",
        "- On a GPU in bfloat16, channels last, one process. The bare loop has the same network and optimiser and one batch that is "
        "already in place, epoch by epoch in turns; random pixels.",
        "- GPU hours are 128 M images at 96 pixels and 641 M at 224 over the trainer's images a second.",
        f"- Time of the parts: {spent}.",
    ]
    return "\n".join([*head, *table, *method]) + "\n"


def cell(words: str) -> str:
    return words.replace("|", "\\|").replace("\n", " ")


if __name__ == "__main__":
    print(page_of([json.loads(text) for text in Path(sys.argv[1]).read_text().splitlines()]), end="")
