// A search that starts from one's own network: the space around it, the network as what every result is compared with, its costs
// as the limits, and the change of the text in what is shown.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { genius as command } from "./fixtures/terminal.ts";

const genius = (...words: readonly string[]) => command(words, { environment: process.env });
const folder = () => mkdtemp(join(tmpdir(), "genius-start-"));
const quick = ["--epochs", "1", "--final-epochs", "1", "--image-size", "12", "--data-fraction01", "0.2"];
const mine = `# mine
block res c s=1:
  residual(conv c k3 s norm relu conv c k3 norm else conv c s norm) relu
conv 8 k3 s2 norm relu
res 8
res 16 s2
globalpool flatten linear classes
`;

interface Shown {
  readonly config: {
    readonly limits: Record<string, number>;
    readonly start: { readonly name: string };
    readonly space: string;
  };
  readonly result: {
    readonly verdict: { readonly reference: number; readonly design: number; readonly seconds: number };
  };
  readonly trials: readonly {
    readonly number: number;
    readonly proposal: { readonly by: string };
    readonly outcome: { readonly kind: string };
    readonly cost: { readonly paramCount: number; readonly macCount: number };
  }[];
}

test("by a number of evaluations: the network first, then designs around it within its costs", async () => {
  const at = await folder();
  const [file, run] = [join(at, "mine.txt"), join(at, "run")];
  await writeFile(file, mine);
  const asked = ["--trials", "4", "--strategy", "random", "--parallel", "1", "--out", run, ...quick];
  const told = await genius("search", "digits", "--start", file, ...asked);
  expect(told.error).toMatch(/your network \(mine, trial 1\)/);
  expect(told.error).toMatch(/The best design has [\d.]+ % of its parameters and [\d.]+ % of its MACs\./);
  await rm(file);
  const shown: Shown = JSON.parse((await genius("show", run, "--json")).out);
  const [own, ...others] = shown.trials;
  expect(shown.config).toMatchObject({ start: { name: "mine" } });
  expect(shown.config.space).toMatch(/around-mine\.txt$/);
  const { maxParamCount, maxMacCount } = shown.config.limits;
  expect(own).toMatchObject({
    proposal: { by: "reference" },
    cost: { paramCount: maxParamCount, macCount: maxMacCount },
  });
  expect(others).toHaveLength(3);
  for (const { cost } of others) {
    expect(cost.paramCount).toBeLessThanOrEqual(maxParamCount!);
    expect(cost.macCount).toBeLessThanOrEqual(maxMacCount!);
  }
  expect(shown.result.verdict).toMatchObject({ reference: 1, seconds: 0 });
  const space = await readFile(join(run, "space", "around-mine.txt"), "utf8");
  expect(space).toContain("conv {4|6|8|10|12} k{3|5} s2 norm relu");
  expect((await genius("resume", run)).error).toMatch(/is finished/);
});

test("within smaller limits the network is compared with and never selected, and the change is shown as lines", async () => {
  const at = await folder();
  const [file, run] = [join(at, "mine.txt"), join(at, "run")];
  await writeFile(file, mine);
  await genius(
    "search",
    "digits",
    "--start",
    file,
    "--max-params",
    "4k",
    "--trials",
    "2",
    "--strategy",
    "random",
    "--out",
    run,
    ...quick,
  );
  const shown: Shown & { readonly best: { readonly number: number } } = JSON.parse(
    (await genius("show", run, "--json")).out,
  );
  expect(shown.trials[0]).toMatchObject({ proposal: { by: "reference" }, outcome: { kind: "scored" } });
  expect(shown.trials[0]!.cost.paramCount).toBeGreaterThan(4000);
  // The limit that was not named is the network's own.
  expect(shown.config.limits).toEqual({ maxParamCount: 4000, maxMacCount: shown.trials[0]!.cost.macCount });
  expect(shown.best.number).toBe(2);
  const plain = (await genius("show", run)).out;
  expect(plain).toMatch(
    /What the search changed in your text:\n[\s\S]*- conv 8 k3 s2 norm relu|- res 16 s2 x1|- res 8 x1/,
  );
  expect(plain).toMatch(/\+ (conv|res) \d+/);
  await genius("report", run);
  expect(await readFile(join(run, "report.html"), "utf8")).toContain("What the search changed in your text");
});

test("a model by the clock", { timeout: 120_000 }, async () => {
  const at = await folder();
  const [file, model, run] = ["mine.txt", "mine.onnx", "run"].map((name) => join(at, name)) as [
    string,
    string,
    string,
  ];
  await writeFile(file, `input 1x28x28\n${mine.replace("classes", "10")}`);
  await genius("export", file, "--format", "onnx", "--out", model);
  const told = await genius("search", "digits", "--start", model, "--minutes", "0.4", "--out", run);
  expect(told.error).toMatch(/your network|hardly begun/);
  const shown: Shown = JSON.parse((await genius("show", run, "--json")).out);
  expect(shown.trials[0]).toMatchObject({ proposal: { by: "reference" } });
  expect(await readFile(join(run, "space", "around-mine.txt"), "utf8")).toContain("norm relu");
});

test("what cannot be started from is told", async () => {
  const at = await folder();
  const file = join(at, "mine.txt");
  await writeFile(file, "conv {8|16} k3\nglobalpool flatten linear classes\n");
  expect((await genius("search", "digits", "--start", file)).error).toMatch(
    /it is a space: search it with --space/,
  );
  expect((await genius("search", "digits", "--start", join(at, "no.onnx"))).error).toMatch(/no\.onnx/);
  await writeFile(file, "input 3x28x28\nconv 8 k3 norm\nglobalpool flatten linear 10\n");
  expect((await genius("search", "digits", "--start", file, "--trials", "2")).error).toMatch(
    /the networks of around-mine take 3×28×28/,
  );
  const table = ["search", "nas-bench-macro", "--strategy", "random", "--out", join(at, "run")];
  expect(await genius(...table, "--start", "22222222")).toMatchObject({
    code: 2,
    error: expect.stringMatching(/The strategy random takes no --start: it chooses its first design itself/),
  });
});
