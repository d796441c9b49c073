// The committed numbers of PyTorch against the PyTorch that is installed here, if one is: so that the numbers that the
// other tests trust can be checked anywhere. GENIUS_PYTHON names the interpreter; python3 by default.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Fixtures, fixtures } from "./fixtures/cases.ts";

const python = process.env.GENIUS_PYTHON ?? "python3";
const present = spawnSync(python, ["-c", "import torch, numpy"]).status === 0;

test.skipIf(!present)(
  "the committed numbers are those of the installed PyTorch, to 1e-4",
  { timeout: 600_000 },
  () => {
    const folder = mkdtempSync(join(tmpdir(), "genius-pytorch-"));
    const path = join(folder, "pytorch.json");
    const script = new URL("fixtures/make-pytorch-fixtures.py", import.meta.url).pathname;
    const run = spawnSync(python, [script, path], { encoding: "utf8" });
    expect(run.status, run.stderr).toBe(0);
    const live = JSON.parse(readFileSync(path, "utf8")) as Fixtures;
    rmSync(folder, { recursive: true });
    expect(Object.keys(live.operators)).toEqual(Object.keys(fixtures.operators));
    for (const [name, record] of Object.entries(fixtures.operators)) {
      const other = live.operators[name];
      expect(other?.loss).toBeCloseTo(record.loss, 5);
      for (const [parameter, expected] of Object.entries(record.gradients)) {
        const actual = other?.gradients[parameter] ?? [];
        const scale = 1e-4 * Math.max(1e-3, ...expected.map(Math.abs));
        const worst = Math.max(
          ...expected.map((value, i) => Math.abs(value - (actual[i] ?? Number.NaN)) / scale),
        );
        expect(worst, `${name}: ${parameter}`).toBeLessThan(1);
      }
    }
    for (const [step, loss] of fixtures.trajectory.losses.entries()) {
      expect(Math.abs((live.trajectory.losses[step] ?? Number.NaN) - loss), `step ${step}`).toBeLessThan(
        0.003,
      );
    }
  },
);
