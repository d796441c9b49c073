#!/usr/bin/env bash
# Makes the virtual environment in which the tests of the ray launcher find a Ray: .venv-ray here, or the folder named.
# Ray's jobs need no PyTorch for that.
set -euo pipefail
cd "$(dirname "$0")/.."
folder="${1:-.venv-ray}"
[ -x "$folder/bin/ray" ] && exit 0
python3 -m venv "$folder"
"$folder/bin/pip" install --quiet "ray[default]==2.60.0"
"$folder/bin/ray" --version
