// `genius doctor`: what works on this machine, and for what does not, what it would take. It looks and changes nothing.
import { execFile, spawn } from "node:child_process";
import { access, constants, statfs } from "node:fs/promises";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { GeniusError, messageOf } from "../base/errors.ts";
import { jsonLine, style, terminalSafe } from "../base/terminal-text.ts";
import { launchers } from "../catalog/_catalog.ts";
import { defineCommand, type Terminal } from "../command/command.ts";
import { distribute } from "../command/members.ts";
import { checkFlags } from "../command/options.ts";
import { inspectPython, isAtLeast, pythonPlaces } from "../evaluators/launchers/local/python.ts";
import { readRequirements } from "../evaluators/torch/trainer-package.ts";
import { type ModelProvider, modelProviders } from "../llm/index.ts";
import { environmentFindings, type Finding } from "./doctor-environment.ts";

type Environment = Terminal["environment"];

export default defineCommand({
  options: z.object({
    json: z.boolean().default(false).describe("JSON lines on standard output"),
    out: z
      .string()
      .default(".")
      .describe("folder where runs will be, which a cluster's machines must see too")
      .meta({ placeholder: "DIR" }),
  }),
  passesRest: true,
  more: `Options of launchers say where to look for a cluster: genius doctor --ray-address URL`,
  async run({ operands, options, rest, terminal }) {
    if (operands.length > 0)
      throw new GeniusError("wrong-use", `genius doctor takes no argument; "${operands[0]}" was given.`);
    const groups = await Promise.all([
      node(),
      environmentFindings(terminal),
      packages(),
      gpu(),
      models(terminal.environment),
      python(terminal.environment),
      clusters(terminal.environment, rest, options.out),
      sharedFolder(options.out),
      disk(),
    ]);
    const findings = groups.flat();
    const sign = {
      works: style("green", "✓"),
      missing: style("yellow", "–"),
      broken: style("red", "✗"),
    };
    const width = Math.max(...findings.map(({ what }) => what.length));
    for (const finding of findings) {
      const { what, state, detail } = finding;
      if (options.json) terminal.out(jsonLine(finding));
      else terminal.out(`${sign[state]} ${what.padEnd(width)}  ${terminalSafe(detail)}\n`);
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

/** Whether the training engine can use a GPU without Python. */
async function gpu(): Promise<Finding[]> {
  const what = "GPU by WebGPU";
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const file = fileURLToPath(new URL(`./doctor-gpu.${extension}`, import.meta.url));
  return new Promise((settle) => {
    execFile(process.execPath, [file], { timeout: 20_000 }, (failure, said) => {
      if (failure === null)
        settle([{ what, state: "works", detail: "for trainings with --execution-provider webgpu" }]);
      else settle([{ what, state: "missing", detail: said || "asking for it did not end well" }]);
    });
  });
}

async function models(environment: Environment): Promise<Finding[]> {
  return Promise.all(
    modelProviders.map(async ({ name, keyVariable, localUrl }: ModelProvider): Promise<Finding> => {
      const what = `model ${name}`;
      if (localUrl !== undefined) {
        let url: string;
        try {
          url = localUrl(environment);
        } catch (thrown) {
          return { what, state: "broken", detail: messageOf(thrown) };
        }
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

const probe = `import json, torch
print(json.dumps([torch.__version__, [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]]))`;

/** The Python that trainings on this machine would run in: its packages, PyTorch as it starts, and the GPUs it sees. */
async function python(environment: Environment): Promise<Finding[]> {
  const looked: string[] = [];
  let first: Finding[] | undefined;
  for (const place of pythonPlaces(environment)) {
    const found = await inspectPython(place);
    looked.push(`${place} (${typeof found === "string" ? found : found.version})`);
    if (typeof found === "string") continue;
    const self: Finding = { what: "Python", state: "works", detail: `${found.version} (${place})` };
    const wrong = (await readRequirements()).flatMap(({ name, atLeast }) => {
      const version = found.packages[name];
      if (version !== undefined && isAtLeast(version, atLeast)) return [];
      return [version === undefined ? `no ${name}` : `${name} ${version} (${atLeast} or newer is needed)`];
    });
    if (wrong.length > 0) {
      const what = wrong.join(", ");
      const detail = `${what} in ${place}. --evaluator torch needs it; all else works without: genius setup torch`;
      first ??= [self, { what: "PyTorch", state: "missing", detail }];
      continue;
    }
    return [self, ...(await torchOf(place))];
  }
  if (first !== undefined) return first;
  return [
    {
      what: "Python",
      state: "missing",
      detail: `looked at ${looked.join(", ")}. Only --evaluator torch needs one: install Python, then genius setup torch`,
    },
  ];
}

async function torchOf(place: string): Promise<Finding[]> {
  const answer = await output(place, ["-c", probe]);
  if (answer === undefined) {
    const detail = `it is installed in ${place} and does not start; make another with genius setup torch`;
    return [{ what: "PyTorch", state: "broken", detail }];
  }
  // Packages may print words of their own before it.
  const [version, gpus] = JSON.parse(answer.trim().split("\n").at(-1) as string) as [string, string[]];
  const card = await output("nvidia-smi", ["--query-gpu=name", "--format=csv,noheader"]);
  const unseen =
    card === undefined
      ? "none; training runs on the processor"
      : `${card.trim().split("\n")[0]} is there and PyTorch ${version} does not see it: a build for processors, or an old driver. Install another with genius setup torch --index-url, or a newer driver`;
  return [
    { what: "PyTorch", state: "works", detail: version },
    gpus.length > 0
      ? { what: "GPU", state: "works", detail: gpus.join(", ") }
      : { what: "GPU", state: card === undefined ? "missing" : "broken", detail: unseen },
  ];
}

/** Every launcher but that of this machine, by what it checks itself before a job. */
async function clusters(
  environment: Environment,
  rest: Readonly<Record<string, string | boolean>>,
  folder: string,
): Promise<Finding[]> {
  const names = Object.keys(launchers).filter((name) => name !== "local");
  const definitions = await Promise.all(names.map((name) => launchers[name]!.load()));
  const flags = await distribute(rest, definitions, ["json", "out"]);
  return Promise.all(
    definitions.map(async (definition, index): Promise<Finding> => {
      const what = `launcher ${definition.name}`;
      try {
        const options = checkFlags(definition.options, flags[index] ?? {});
        const launcher = await definition.create({ folder: resolve(folder), environment }, options);
        const { capacity } = launcher;
        await launcher.close?.();
        const size = capacity === undefined ? "" : ` · ${capacity.cpus} processors, ${capacity.gpus} GPUs`;
        return { what, state: "works", detail: `answers: ${JSON.stringify(options)}${size}` };
      } catch (thrown) {
        return { what, state: "missing", detail: messageOf(thrown).replaceAll(/\s*\n\s*/g, "; ") };
      }
    }),
  );
}

/** Kinds of file systems that several machines see, by the number that the system gives them. */
const networkKinds = new Map([
  [0x6969, "NFS"],
  [0xff534d42, "SMB"],
  [0xfe534d42, "SMB"],
  [0x0bd00bd0, "Lustre"],
  [0x47504653, "GPFS"],
  [0x19830326, "BeeGFS"],
  [0x00c36400, "Ceph"],
  [0x01021997, "9P"],
  [0x65735546, "FUSE"],
]);

/** Whether the runs' folder can be seen by a cluster's machines; a cluster of this machine alone needs no such thing. */
async function sharedFolder(folder: string): Promise<Finding[]> {
  const path = resolve(folder);
  const what = "shared folder";
  try {
    await access(path, constants.W_OK);
    const kind = networkKinds.get((await statfs(path)).type);
    return kind === undefined
      ? [
          {
            what,
            state: "missing",
            detail: `${path} is on a disk of this machine. A cluster of several needs runs in a folder that all see: --out DIR`,
          },
        ]
      : [{ what, state: "works", detail: `${path} is on ${kind}` }];
  } catch (thrown) {
    return [{ what, state: "broken", detail: `${path} cannot be written: ${messageOf(thrown)}` }];
  }
}

async function disk(): Promise<Finding[]> {
  const room = await statfs(".").catch(() => undefined);
  return room === undefined ? [] : [diskFinding((room.bavail * room.bsize) / 1e9)];
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
