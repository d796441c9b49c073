// A text of a network or a space on the command line: costed, shown, exported, searched, and kept by the run.
import { mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { genius as command } from "./fixtures/terminal.ts";

const genius = (...words: readonly string[]) => command(words, { environment: process.env });

const folder = () => mkdtemp(join(tmpdir(), "genius-text-"));
const network = "input 3x32x32\nconv 8 k3 norm relu\nglobalpool flatten linear 10\n";
const space = "conv {4|8} k{3|5} s2 norm relu maxpool 2\nglobalpool flatten linear classes\n";

test("a network is costed, shown and exported", async () => {
  const file = join(await folder(), "net.txt");
  await writeFile(file, network);
  const costs = JSON.parse((await genius("cost", file, "--json")).out);
  expect(costs).toMatchObject({ paramCount: 27 * 8 + 16 + 90, macCount: 27 * 8 * 1024 + 80 });
  expect((await genius("cost", file)).out).toMatch(/^net {2}322 parameters \(322\), 221k MACs \(221264\)/);
  expect((await genius("show", file)).out).toMatch(/conv1 .*\n[\s\S]*in all: 322 parameters/);
  expect((await genius("export", file, "--format", "pytorch")).out).toContain("class Network(nn.Module)");
});

test("a space is counted, and a design of it costed", async () => {
  const file = join(await folder(), "my.txt");
  await writeFile(file, space);
  expect(JSON.parse((await genius("cost", file, "--json")).out)).toMatchObject({
    designs: 4,
    decisions: [
      { name: "conv1.c", options: ["4", "8"] },
      { name: "conv1.k", options: ["3", "5"] },
    ],
  });
  const costs = JSON.parse((await genius("cost", file, "--choices", "1,0", "--json")).out);
  expect(costs).toMatchObject({ choices: [1, 0], paramCount: 27 * 8 + 16 + 90 });
});

test("a space of the catalog prints as a text, which is costed the same, or says why not", async () => {
  const file = join(await folder(), "mobile.txt");
  const options = ["--space", "mobile", "--image-size", "28", "--channels", "1", "--size-class", "tiny"];
  const said = (await genius("show", ...options, "--format", "text")).out;
  await genius("export", ...options, "--format", "text", "--out", file);
  expect(await readFile(file, "utf8")).toBe(said);
  const choices = "3,2,1,2,1,0,1,2,1,0,2,3,0,0,1,1,1,1,1,1,2";
  const [own, text] = await Promise.all([
    genius("cost", ...options, "--choices", choices, "--json"),
    genius("cost", file, "--choices", choices, "--json"),
  ]);
  const { paramCount, macCount } = JSON.parse(own.out);
  expect(JSON.parse(text.out)).toMatchObject({ paramCount, macCount });
  expect((await genius("show", "--space", "nas-bench-201")).out).toMatch(
    /15\.6k designs \(7\.49k networks\)/,
  );
  expect((await genius("show", "--space", "transnas-macro", "--format", "text")).error).toMatch(
    /transnas-macro cannot be written as a text: what a module does depends on/,
  );
  expect((await genius("show", "--spase", "mobile")).error).toMatch(/--space/);
});

test("a hand-designed network is costed, shown and exported by its name, and its text costs the same", async () => {
  const file = join(await folder(), "mine.txt");
  const images = ["--image-size", "28", "--channels", "1"];
  const { paramCount, macCount } = JSON.parse((await genius("cost", "resnet-8", ...images, "--json")).out);
  await genius("export", "resnet-8", ...images, "--format", "text", "--out", file);
  expect(JSON.parse((await genius("cost", file, "--json")).out)).toMatchObject({ paramCount, macCount });
  expect((await genius("cost", "resnet-8")).out).toMatch(
    /^resnet-8 {2}78k parameters \(78042\), 12\.5M MACs/,
  );
  expect((await genius("show", "resnet-8")).out).toMatch(/in all: 78k parameters/);
  expect((await genius("cost", "resnet-9")).error).toMatch(/one of "genius list references"/);
});

test("a mistake is told by the file, and a network is not searched", async () => {
  const file = join(await folder(), "net.txt");
  await writeFile(file, "conv 8 k3 bn\n");
  const told = await genius("cost", file);
  expect(told.code).toBe(1);
  expect(told.error).toMatch(/net\.txt:\nline 1, column 11: there is no layer "bn"\. Did you mean "norm"\?/);
  await writeFile(file, network);
  expect((await genius("search", "digits", "--space", file)).error).toMatch(
    /one network, and a search needs/,
  );
});

test("a run keeps its text: it is shown and resumed when the file is gone and the run was moved", async () => {
  const [from, to] = [await folder(), await folder()];
  const file = join(from, "my.txt");
  await writeFile(file, space);
  const asked = ["--strategy", "random", "--epochs", "1", "--final-epochs", "1"];
  const first = await genius(
    ...["search", "digits", "--space", file, "--trials", "1", "--out", join(from, "run"), ...asked],
  );
  expect(first.error).not.toMatch(/genius:/);
  await rm(file);
  await rename(join(from, "run"), join(to, "run"));
  const moved = join(to, "run");
  expect(await readFile(join(moved, "space", "my.txt"), "utf8")).toBe(space);
  const shown = await genius("show", moved);
  expect(shown.out).toMatch(/conv1 /);
  expect(shown.out).toMatch(/^digits · space my\.txt · strategy random/);
  await genius("resume", moved, "--trials", "2");
  expect((await genius("show", moved)).out).toMatch(/^2 of 2 evaluations · finished/m);
});

test("a text of other classes or images than the data is told what to change", async () => {
  const file = join(await folder(), "seven.txt");
  await writeFile(file, "input 3x16x16\nconv {4|8} k3 norm relu\nglobalpool flatten linear 7\n");
  const asked = ["--strategy", "random", "--trials", "1", "--out", join(await folder(), "run")];
  expect((await genius("search", "digits", "--space", file, ...asked)).error).toMatch(
    /To fit any data set, end the text with linear classes and leave out its input line\./,
  );
});

test("a text to train is held to the limits", async () => {
  const file = join(await folder(), "net.txt");
  await writeFile(file, network);
  const refused = await genius("train", file, "digits", "--max-params", "100");
  expect(refused.code).not.toBe(0);
  expect(refused.error).toMatch(/net is outside the limits: 322 parameters, above the limit 100/);
  const tiny = await genius("train", file, "digits", "--max-ram", "1k");
  expect(tiny.error).toMatch(/of RAM, above the limit 1 KiB/);
  expect((await genius("train", file, "digits", "--min-params", "20k", "--max-params", "10k")).error).toMatch(
    /The minimum of 20k parameters is above the maximum of 10k/,
  );
});

test("the costs of a text say which limits it breaks, and how fast it will be", async () => {
  const at = await folder();
  const [file, many] = [join(at, "net.txt"), join(at, "my.txt")];
  await writeFile(file, network);
  await writeFile(many, space);
  expect((await genius("cost", file, "--max-ram", "1k")).out).toMatch(/of RAM, above the limit 1 KiB/);
  const limits = ["--device", "stm32f746", "--max-params", "100"];
  const said = (await genius("cost", file, ...limits)).out;
  expect(said).toMatch(/322 parameters, above the limit 100/);
  expect(said).toMatch(/about \S+ ms on stm32f746/);
  const facts = JSON.parse((await genius("cost", file, ...limits, "--json")).out);
  expect(facts.violations).toMatchObject([{ quantity: "paramCount", limit: 100 }]);
  expect(facts.predictedLatencyMs).toBeGreaterThan(0);
  expect((await genius("cost", file, "--max-params", "1k")).out).toMatch(/within the limits/);
  expect((await genius("cost", many, "--max-params", "200")).out).toMatch(/1 of 4 designs is within/);
  const inside = JSON.parse((await genius("cost", many, ...limits, "--json")).out);
  expect(inside.inside).toEqual({ designs: 0, of: 4, drawn: false });
  expect(inside.predictedLatencyMs.min).toBeLessThan(inside.predictedLatencyMs.max);
});

test("a network has no choices", async () => {
  const file = join(await folder(), "net.txt");
  await writeFile(file, network);
  expect((await genius("cost", file, "--choices", "1")).error).toMatch(/net has no alternatives/);
});
