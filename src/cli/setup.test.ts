// `genius setup torch` against Pythons that answer as written here: each fault is told with what to do about it.
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { recordingTerminal } from "./fixtures/terminal.ts";
import setup from "./setup.ts";

let root: string;
let count = 0;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "genius-setup-"));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const whole = { torch: "2.13.0", numpy: "2.4.6", jsonschema: "4.26.0", safetensors: "0.7.0" };

interface Answers {
  readonly version?: string;
  /** What `-m venv` does; by default it makes an environment whose Python is this one. */
  readonly venv?: string;
  /** What `-m pip` does. */
  readonly pip?: string;
}

/** A program that answers like a Python. It has the packages once pip has been run. */
async function fakePython({ version = "3.12.1", venv, pip = "" }: Answers): Promise<string> {
  count += 1;
  const folder = join(root, String(count));
  await mkdir(folder);
  const path = join(folder, "python");
  const answer = (packages: object) => JSON.stringify([version, packages]);
  await writeFile(
    path,
    `#!/bin/sh
echo "$@" >> '${folder}/calls'
case "$1 $2" in
  "-m venv") ${venv ?? `mkdir -p "$3/bin" && cp "$0" "$3/bin/python"`} ;;
  "-m pip") ${pip === "" ? `touch '${folder}/installed'` : pip} ;;
  "-c import torch;"*) echo "2.13.0 · no GPU" ;;
  *) if [ -e '${folder}/installed' ]; then echo '${answer(whole)}'; else echo '${answer({})}'; fi ;;
esac
`,
  );
  await chmod(path, 0o755);
  return path;
}

async function run(python: string, folder = join(root, `cache-${count}`)) {
  const { terminal, written } = recordingTerminal({ environment: { GENIUS_CACHE_DIR: folder } });
  const options = setup.options.parse({ python });
  const code = await setup.run({ operands: ["torch"], options, explicit: {}, rest: {}, terminal });
  return { code, ...written, folder };
}

test("it makes an environment, installs what the trainer needs, and says what it has done", async () => {
  const python = await fakePython({});
  const { code, out, error, folder } = await run(python);
  expect(code).toBe(0);
  expect(out).toContain(`PyTorch 2.13.0 · no GPU · ${join(folder, "python", "bin", "python")}`);
  expect(error).toContain(`Making a virtual environment of Python 3.12.1 (${python}) in ${folder}`);
  const calls = await readFile(join(python, "..", "calls"), "utf8");
  expect(calls).toMatch(/pip install .*torch>=2\.11,<2\.14 numpy>=2 jsonschema>=4\.23 safetensors>=0\.5/);
  const again = await run(python, folder);
  expect(again.error).toContain("there already");
  expect((await readFile(join(python, "..", "calls"), "utf8")).match(/-m pip/g)).toHaveLength(1);
});

test.each<[string, Answers, string, RegExp]>([
  ["an old Python", { version: "3.9.2" }, "missing-feature", /Python 3\.9\.2, too old.*--python/],
  [
    "no venv module",
    { venv: "echo 'ensurepip is not available' ; exit 1" },
    "missing-feature",
    /apt install python3-venv/,
  ],
  [
    "no network",
    { pip: "echo 'NewConnectionError: name resolution failed' >&2 ; exit 1" },
    "offline",
    /reaches no package index/,
  ],
  [
    "a full disk",
    { pip: "echo 'ERROR: [Errno 28] No space left on device' >&2 ; exit 1" },
    "disk-full",
    /Free some space/,
  ],
  [
    "no PyTorch for this Python",
    { pip: "echo 'ERROR: No matching distribution found for torch==2.13.*' >&2 ; exit 1" },
    "missing-feature",
    /Another Python may do/,
  ],
])("%s is told, with what to do", async (_, answers, code, words) => {
  const python = await fakePython(answers);
  await expect(run(python)).rejects.toMatchObject({ code, message: expect.stringMatching(words) });
});

test("a Python that is not there is named", async () => {
  await expect(run(join(root, "nowhere"), join(root, "nothing"))).rejects.toMatchObject({
    code: "missing-feature",
    message: expect.stringContaining("nowhere (not there)"),
  });
});
