#!/usr/bin/env bash
# Makes the virtual environment in which the tests of exported files find Google's and Microsoft's interpreters:
# .venv-litert here, or the folder named.
set -euo pipefail
cd "$(dirname "$0")/.."
folder="${1:-.venv-litert}"
[ -d "$folder/lib" ] && "$folder/bin/python" -c "import ai_edge_litert, onnxruntime" 2>/dev/null && exit 0
python3 -m venv "$folder"
"$folder/bin/pip" install --quiet "ai-edge-litert==2.3.0" "onnxruntime==1.32.0" "numpy<3"
"$folder/bin/python" -c "import ai_edge_litert; print('ai-edge-litert')"
