#!/usr/bin/env bash
# Makes .venv with PyTorch, for the trainer (trainer/), its checks, and the tests and benchmarks that compare with
# PyTorch. Nothing else needs Python.
set -euo pipefail
cd "$(dirname "$0")/.."
python="${PYTHON:-python3}"
if ! command -v "$python" > /dev/null; then
  echo "No $python was found. Install Python 3.11 or newer, or name one: PYTHON=/path/to/python npm run setup:python" >&2
  exit 1
fi
"$python" -m venv .venv
.venv/bin/pip install --quiet --disable-pip-version-check \
  torch==2.13.0 numpy onnx onnxruntime safetensors jsonschema types-jsonschema ruff mypy pytest "$@"
.venv/bin/python -c 'import torch; print("PyTorch", torch.__version__, "is ready in .venv")'
