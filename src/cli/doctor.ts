// `genius doctor`: what works on this machine, and for what does not, what it would take. It looks and changes nothing.
import { spawn } from "node:child_process";
import { statfs } from "node:fs/promises";
import { join } from "node:path";
import { styleText } from "node:util";
import { z } from "zod";
import { messageOf } from "../base/errors.ts";
import { cacheDirectoryOf } from "../data/cache-directory.ts";
import { findTable } from "../data/tables/obtain-table.ts";
import { publishedTables } from "../data/tables/published.ts";
import { type ModelProvider, modelProviders } from "../llm/index.ts";
import { defineCommand, type Terminal } from "./command.ts";

interface Finding {
  readonly what: string;
  /** `missing` is no fault: nothing else needs it. `broken` is. */
  readonly state: "works" | "missing" | "broken";
  readonly detail: string;
}

type Environment = Terminal["environment"];

export default defineCommand({
  options: z.object({ json: z.boolean().default(false).describe("JSON lines on standard output") }),
  async run({ options, terminal }) {
    const groups = await Promise.all([
      node(),
      packages(),
      models(terminal.environment),
      python(terminal.environment),
      programs(),
      data(terminal.environment),
    ]);
    const findings = groups.flat();
    const sign = {
      works: styleText("green", "✓"),
      missing: styleText("yellow", "–"),
      broken: styleText("red", "✗"),
    };
    const width = Math.max(...findings.map(({ what }) => what.length));
    for (const finding of findings) {
      if (options.json) terminal.out(`${JSON.stringify(finding)}\n`);
      else terminal.out(`${sign[finding.state]} ${finding.what.padEnd(width)}  ${finding.detail}\n`);
    }
    return findings.some(({ state }) => state === "broken") ? 1 : 0;
  },
});

function node(): Finding[] {
  return [
    { what: "Node", state: "works", detail: `${process.version} on ${process.platform}-${process.arch}` },
  ];
}

/** The native packages: each is loaded as the product would. */
async function packages(): Promise<Finding[]> {
  const load = async (what: string, name: string, use: string): Promise<Finding> => {
    try {
      await import(name);
      return { what, state: "works", detail: use };
    } catch (thrown) {
      const detail = `${name} does not load: ${messageOf(thrown).split("\n")[0]}. Run npm ci again on this machine.`;
      return { what, state: "broken", detail };
    }
  };
  return Promise.all([
    load(
      "training engine",
      "onnxruntime-node",
      "onnxruntime, for training in this process and for exported models",
    ),
    load("images", "sharp", "JPEG, PNG and WebP"),
  ]);
}

async function models(environment: Environment): Promise<Finding[]> {
  return Promise.all(
    modelProviders.map(async ({ name, keyVariable, localUrl }: ModelProvider): Promise<Finding> => {
      const what = `model ${name}`;
      if (localUrl !== undefined) {
        const url = localUrl(environment);
        const reached = await reaches(url);
        return reached
          ? { what, state: "works", detail: `a server answers at ${url}` }
          : { what, state: "missing", detail: `no server answers at ${url}` };
      }
      if (keyVariable === undefined) return { what, state: "works", detail: "needs no key" };
      return environment[keyVariable]
        ? { what, state: "works", detail: `${keyVariable} is set (not tried)` }
        : { what, state: "missing", detail: `${keyVariable} is not set` };
    }),
  );
}

async function reaches(url: string): Promise<boolean> {
  try {
    await fetch(url, { signal: AbortSignal.timeout(800) });
    return true;
  } catch {
    return false;
  }
}

const probe = `import sys, json
try:
    import torch
    gpu = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]
    print(json.dumps([sys.version.split()[0], torch.__version__, gpu]))
except ImportError:
    print(json.dumps([sys.version.split()[0], None, []]))`;

async function python(environment: Environment): Promise<Finding[]> {
  const candidates = [environment.GENIUS_PYTHON, join(".venv", "bin", "python"), "python3"].filter(
    (path) => path !== undefined,
  );
  for (const candidate of candidates) {
    const answer = await output(candidate, ["-c", probe]);
    if (answer === undefined) continue;
    const [version, torch, gpus] = JSON.parse(answer) as [string, string | null, string[]];
    const noTorch =
      "PyTorch is not installed in it; only comparisons with PyTorch need it (npm run setup:python)";
    return [
      { what: "Python", state: "works", detail: `${version} (${candidate})` },
      { what: "PyTorch", state: torch === null ? "missing" : "works", detail: torch ?? noTorch },
      {
        what: "GPU",
        state: gpus.length > 0 ? "works" : "missing",
        detail: gpus.length > 0 ? gpus.join(", ") : "PyTorch sees none; training runs on the processor",
      },
    ];
  }
  return [
    {
      what: "Python",
      state: "missing",
      detail: "no Python was found; only comparisons with PyTorch need it",
    },
  ];
}

async function programs(): Promise<Finding[]> {
  const check = async (what: string, program: string, args: readonly string[]): Promise<Finding> => {
    const answer = await output(program, args);
    return answer === undefined
      ? { what, state: "missing", detail: `${program} is not on the path` }
      : { what, state: "works", detail: answer.trim().split("\n")[0] ?? program };
  };
  return Promise.all([check("Ray", "ray", ["--version"]), check("Slurm", "sbatch", ["--version"])]);
}

async function data(environment: Environment): Promise<Finding[]> {
  const cache = cacheDirectoryOf(environment);
  const tables = await Promise.all(
    publishedTables.map(async (table): Promise<Finding> => {
      const path = await findTable(table, environment);
      const what = `table ${table.space}/${table.dataset}`;
      if (path !== undefined) return { what, state: "works", detail: path };
      return {
        what,
        state: "missing",
        detail: "will be downloaded when it is used; or set GENIUS_DATA_DIR to a folder that has it",
      };
    }),
  );
  const room = await statfs(".").catch(() => undefined);
  const free = room === undefined ? [] : [diskFinding((room.bavail * room.bsize) / 1e9)];
  return [...tables, { what: "cache", state: "works", detail: cache }, ...free];
}

function diskFinding(gigabytes: number): Finding {
  return {
    what: "disk",
    state: gigabytes < 0.5 ? "broken" : "works",
    detail: `${gigabytes.toFixed(1)} GB free here`,
  };
}

/** What a program prints, or undefined when it is not there or fails. */
function output(program: string, args: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "ignore"], timeout: 20_000 });
    let text = "";
    child.stdout.on("data", (chunk) => {
      text += chunk;
    });
    child.on("error", () => resolve(undefined));
    child.on("close", (code) => resolve(code === 0 ? text : undefined));
  });
}
