// `genius setup torch`: makes the virtual environment that trainings with PyTorch run in, says what it does, and what
// to do where it cannot. It changes nothing but that one folder.
import { spawn } from "node:child_process";
import { statfs } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { createInterface } from "node:readline";
import { z } from "zod";
import { fileError, GeniusError } from "../base/errors.ts";
import { makeFolder } from "../base/folder.ts";
import { defineCommand, type Terminal } from "../command/command.ts";
import {
  inspectPython,
  isAtLeast,
  oldestPython,
  type Python,
  programOf,
  setupFolderOf,
} from "../evaluators/launchers/local/python.ts";
import { type Requirement, readRequirements } from "../evaluators/torch/trainer-package.ts";

const options = z.object({
  python: z
    .string()
    .optional()
    .describe(`Python to start from, min ${oldestPython} (default: the newest on the path)`)
    .meta({ placeholder: "PROGRAM" }),
  here: z
    .boolean()
    .default(false)
    .describe("make it in .venv of this folder, instead of GENIUS's own folder for all projects"),
  indexUrl: z
    .url()
    .optional()
    .describe("where pip gets PyTorch from, for a build of another kind (default: pip's own setting)")
    .meta({ placeholder: "URL" }),
});

/** Newest first. */
const candidates = ["python3.14", "python3.13", "python3.12", "python3.11", "python3", "python"];
/** What PyTorch and what comes with it take: for a graphics processor several gigabytes. */
const neededGigabytes = 4;

export default defineCommand({
  options,
  more: `PyTorch's default build for Linux supports NVIDIA GPUs and processors, and takes some gigabytes. A smaller build for
processors only, and builds for other GPUs, have addresses of their own (see pytorch.org): --index-url URL.
A Python of your own that has PyTorch needs no setup: set GENIUS_PYTHON to its path.`,
  async run({ operands, options: given, terminal }) {
    if (operands.length !== 1 || operands[0] !== "torch") {
      throw new GeniusError("wrong-use", "Say what to set up. There is one thing: genius setup torch.");
    }
    const folder = given.here ? resolve(".venv") : setupFolderOf(terminal.environment);
    const program = programOf(folder);
    const needs = await readRequirements();
    const present = await inspectPython(program);
    if (typeof present !== "string" && missingFrom(present, needs).length === 0) {
      terminal.error(`Everything is there already.\n`);
      return report(program, terminal);
    }
    if (typeof present === "string") {
      const base = await basePython(given.python);
      await checkRoom(folder);
      terminal.error(`Making a virtual environment of Python ${base.version} (${base.path}) in ${folder}\n`);
      await makeEnvironment(base, folder, terminal);
    }
    const wanted = needs.map(({ text }) => text);
    terminal.error(`Installing ${wanted.join(", ")}; this takes some minutes\n`);
    const index = given.indexUrl === undefined ? [] : ["--extra-index-url", given.indexUrl];
    await install(program, [...index, ...wanted], terminal);
    return report(program, terminal);
  },
});

function missingFrom({ packages }: Python, needs: readonly Requirement[]): readonly Requirement[] {
  return needs.filter(({ name, atLeast }) => !isAtLeast(packages[name] ?? "0", atLeast));
}

/** @throws GeniusError `missing-feature` where there is none that is new enough. */
async function basePython(asked: string | undefined): Promise<Python> {
  const places = asked === undefined ? candidates : [asked];
  const found: string[] = [];
  for (const place of places) {
    const answer = await inspectPython(place);
    if (typeof answer !== "string") return answer;
    found.push(`${place} (${answer})`);
  }
  throw new GeniusError(
    "missing-feature",
    `No Python of at least ${oldestPython} was found; looked at ${found.join(", ")}. Install one (Debian and Ubuntu: apt install python3 python3-venv; macOS: brew install python), or name it: genius setup torch --python PROGRAM.`,
  );
}

async function checkRoom(folder: string): Promise<void> {
  const parent = dirname(folder);
  await makeFolder(parent).catch((thrown) => {
    throw fileError(thrown, parent, "create");
  });
  const room = await statfs(parent);
  const gigabytes = (room.bavail * room.bsize) / 1e9;
  if (gigabytes >= neededGigabytes) return;
  throw new GeniusError(
    "disk-full",
    `${parent} has ${gigabytes.toFixed(1)} GB free, and PyTorch may take ${neededGigabytes} GB. Free some space, or let GENIUS_CACHE_DIR name a folder with more.`,
  );
}

async function makeEnvironment(base: Python, folder: string, terminal: Terminal): Promise<void> {
  const { code, words } = await follow(base.path, ["-m", "venv", folder], terminal);
  if (code === 0) return;
  if (/ensurepip|No module named venv/.test(words)) {
    throw new GeniusError(
      "missing-feature",
      `${base.path} (${base.version}) cannot make virtual environments: its venv module is missing. On Debian and Ubuntu: apt install python3-venv. Or start from another: genius setup torch --python PROGRAM.`,
    );
  }
  throw failure(`The virtual environment in ${folder} could not be made`, words);
}

async function install(program: string, wanted: readonly string[], terminal: Terminal): Promise<void> {
  const pip = ["-m", "pip", "install", "--disable-pip-version-check", "--progress-bar", "off", ...wanted];
  const { code, words } = await follow(program, pip, terminal, /^\s*(Downloading|Installing collected)/);
  if (code !== 0) throw failure("The packages could not be installed", words);
}

/** Reads from a program's words why it failed. */
function failure(what: string, words: string): GeniusError {
  const last = words.trim().split("\n").slice(-3).join("\n");
  if (/No space left|Errno 28|Disk quota/.test(words)) {
    return new GeniusError("disk-full", `${what}: the disk is full. Free some space and run it again.`);
  }
  if (/Permission denied|Errno 13/.test(words)) {
    return new GeniusError("no-permission", `${what}: permission denied. ${last}`);
  }
  if (
    /NewConnectionError|name resolution|ConnectTimeout|ReadTimeout|ProxyError|Connection refused/.test(words)
  ) {
    return new GeniusError(
      "offline",
      `${what}: pip reaches no package index. Check the network, or pip's own setting for a mirror (pip config), and run it again; what was done is kept.`,
    );
  }
  if (/No matching distribution/.test(words)) {
    return new GeniusError(
      "missing-feature",
      `${what}: the package index has none that fits this Python and system. ${last}\nAnother Python may do: genius setup torch --python PROGRAM.`,
    );
  }
  return new GeniusError("missing-feature", `${what}:\n${last}`);
}

/** Shows what is there now. */
async function report(program: string, terminal: Terminal): Promise<number> {
  const question =
    "import torch; print(torch.__version__, '·', ', '.join(torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())) or 'no GPU')";
  const { code, words } = await follow(program, ["-c", question], terminal);
  if (code !== 0) throw failure(`PyTorch is installed in ${program} and does not start`, words);
  terminal.out(`PyTorch ${words.trim().split("\n").at(-1)} · ${program}\n`);
  terminal.error(`Try it: genius search digits --evaluator torch --max-params 20k --trials 3\n`);
  return 0;
}

interface Ran {
  readonly code: number | null;
  /** All that it printed. */
  readonly words: string;
}

/** Runs a program, shows the lines that fit `shown`, and ends it when the person does. */
function follow(
  program: string,
  args: readonly string[],
  { signal, error }: Terminal,
  shown?: RegExp,
): Promise<Ran> {
  return new Promise((done, fail) => {
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], signal });
    const lines: string[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on("line", (line) => {
        lines.push(line);
        if (shown?.test(line)) error(`${line.trim()}\n`);
      });
    }
    child.once("error", fail);
    child.once("close", (code) => done({ code, words: lines.join("\n") }));
  });
}
