#!/usr/bin/env bash
# Every test with what it needs: PyTorch and Ray in virtual environments, Slurm and Chromium from Debian's packages where
# this may install them. What cannot be had is said, and its tests are left out. Ends with a line "N passed, N failed".
set -uo pipefail
cd "$(dirname "$0")/.."
log="$(mktemp)"
trap 'rm -f "$log"' EXIT
[ -d node_modules ] || npm ci

missing() { echo "Not to be had here: $1. Its tests are left out." >&2; }

[ -n "${GENIUS_PYTHON:-}" ] || [ -x .venv/bin/pytest ] || bash scripts/setup-python.sh || missing "PyTorch"
[ -n "${GENIUS_RAY_VENV:-}" ] || bash scripts/setup-ray.sh || missing "Ray"
[ -n "${GENIUS_LITERT_VENV:-}" ] || bash scripts/setup-litert.sh || missing "LiteRT"

# TensorBoard reads what is exported for it.
if [ -x .venv/bin/pip ]; then
  .venv/bin/pip install --quiet --disable-pip-version-check tensorboard || missing "TensorBoard"
  .venv/bin/python -c 'import tensorboard' 2> /dev/null && export GENIUS_TENSORBOARD_PYTHON="$PWD/.venv/bin/python"
fi

packages=()
command -v sbatch > /dev/null || packages+=(slurm-wlm munge)
command -v chromium > /dev/null || command -v google-chrome > /dev/null || packages+=(chromium)
if [ "${#packages[@]}" -gt 0 ]; then
  if command -v apt-get > /dev/null && [ "$(id -u)" = 0 ]; then
    (apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}") \
      > /dev/null 2>&1 || missing "${packages[*]} (apt-get failed)"
  else
    missing "${packages[*]} (Debian's packages, which need root)"
  fi
fi

status=0
run() {
  echo "▸ $*"
  "$@" 2>&1 | tee -a "$log"
  [ "${PIPESTATUS[0]}" = 0 ] || status=1
}

# The clusters have the machine to themselves: their tests wait for real nodes to come and go.
run npx vitest run --exclude 'src/evaluators/launchers/**'
run npx vitest run src/evaluators/launchers --maxWorkers=1
run npm run fuzz
if [ -x .venv/bin/pytest ]; then
  cd trainer
  run ../.venv/bin/ruff check .
  run ../.venv/bin/ruff format --check .
  run ../.venv/bin/mypy
  run ../.venv/bin/pytest
  cd ..
fi

# Vitest's plain line and pytest's last line, added up.
counts="$(sed 's/\x1b\[[0-9;]*m//g' "$log" | grep -E '^([0-9]+ passed, [0-9]+ failed|=*.*[0-9]+ (passed|failed).* in [0-9.]+s)')"
sum() { echo "$counts" | grep -oE "[0-9]+ $1" | awk '{ total += $1 } END { print total + 0 }'; }
failed="$(sum failed)"
[ "$status" = 0 ] || [ "$failed" -gt 0 ] || failed=1
echo
grep '^FAILED ' "$log" # Vitest's and pytest's
echo "$(sum passed) passed, $failed failed, $(sum skipped) skipped"
exit "$status"
