// Experience: nothing that is not confirmed is kept or read, a damaged line takes no other with it, and what a search is offered and a
// model is told suits the task.
import { appendFile, mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { canonicalKey } from "../../graph/canonical.ts";
import { readNetwork } from "../../language/index.ts";
import { createDomain } from "../../search/constraints/create-domain.ts";
import mobile from "../../search/spaces/mobile.ts";
import { addKept, type KeptNetwork, readKept } from "./kept-networks.ts";
import { listExperience } from "./list.ts";
import { fitOffers, offersFor, shippedOffers, toldOf } from "./offers.ts";

// 16·27 + 32·144 + 32·10 weights and 2·16 + 2·32 of norms and 10 biases.
const entry: KeptNetwork = {
  name: "photos-1",
  text: "conv 16 k3 s2 norm relu\nconv 32 k3 s2 norm relu\nglobalpool flatten linear classes\n",
  ...{ paramCount: 5_466, macCount: 405_824 },
  on: { dataset: "secret-photos", input: [3, 32, 32], classCount: 10 },
  metric: { name: "accuracy", unit: "share", goal: "maximise" },
  training: "for 10 min",
  against: { name: "resnet-8 ×0.31", paramCount: 7_900, macCount: 1_100_000 },
  seeds: [2, 3, 4],
  ...{ scores: [0.9, 0.91, 0.92], scoresAgainst: [0.8, 0.81, 0.82] },
  ...{ date: "2026-11-30", source: "runs/first" },
};
const images = { imageSize: 32, channels: 3, classCount: 10 } as const;
const task = { dataset: "others", images, limits: {}, metric: { name: "accuracy" } } as const;
type Changes = Partial<{ readonly [Field in keyof typeof task]: unknown }>;
const taskWith = (changes: Changes) => ({ ...task, ...changes }) as typeof task;
const named = (name: string, more: Partial<KeptNetwork> = {}): KeptNetwork => ({ ...entry, ...more, name });

const newFolder = () => mkdtemp(join(tmpdir(), "genius-kept-"));
async function folderWith(...lines: readonly (object | string)[]) {
  const folder = await newFolder();
  const words = lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line)));
  await writeFile(join(folder, "experience.jsonl"), words.map((line) => `${line}\n`).join(""));
  return { GENIUS_OWN_DIR: folder };
}

test("an entry is read as it was written; without a file there are none", async () => {
  const environment = { GENIUS_OWN_DIR: join(await newFolder(), "deeper") };
  expect(await readKept(environment)).toEqual({ networks: [], faults: [] });
  const path = await addKept(environment, entry);
  expect(await readKept(environment)).toEqual({ networks: [entry], faults: [] });
  expect(await readFile(path, "utf8")).toMatch(/\n$/);
});

test.each([
  ["within the noise", { scores: [0.7, 0.9, 1] }, /it is not better beyond the noise of its trainings/],
  ["worse", { scores: [0.7, 0.71, 0.72] }, /it is not better beyond the noise of its trainings/],
  ["of two seeds", { scores: [0.9, 0.91] }, /scores must have at least 3 entries/],
  ["without a name", { name: "" }, /name must be letters/],
])("one %s is neither read nor kept", async (_, changes, message) => {
  const line = { ...entry, ...changes };
  const { networks, faults } = await readKept(await folderWith(line, named("second")));
  expect(networks.map(({ name }) => name)).toEqual(["second"]);
  expect(faults).toEqual([expect.stringMatching(/experience\.jsonl, line 1 cannot be used: .*remove it\.$/)]);
  expect(faults[0]).toMatch(message);
  const refused = addKept(await folderWith(), line as KeptNetwork);
  await expect(refused).rejects.toThrow(/cannot be kept/);
  await expect(refused).rejects.toThrow(message);
});

test("damaged lines are named, and the others count", async () => {
  const environment = await folderWith(
    ...[entry, "{", "[]", named("photos-2", { text: "cnv 16\n" }), entry, named("resnet-8"), named("good")],
  );
  const { networks, faults } = await readKept(environment);
  expect(networks.map(({ name }) => name)).toEqual(["photos-1", "good"]);
  expect(faults.map((fault) => /line \d+ .*/.exec(fault)?.[0])).toEqual([
    expect.stringMatching(/^line 2 is not JSON/),
    expect.stringMatching(/^line 3 cannot be used/),
    expect.stringMatching(/^line 4 cannot be used: its text is no network \(line 1, column 1: .*"conv"/),
    expect.stringMatching(/^line 5 cannot be used: another kept network is called "photos-1" already/),
    expect.stringMatching(/^line 6 cannot be used: "resnet-8" is the name of a network that comes with/),
  ]);
  // What a killed process left of a line takes no later one with it.
  await appendFile(join(environment.GENIUS_OWN_DIR, "experience.jsonl"), '{"name": "half');
  expect((await readKept(environment)).faults.at(-1)).toMatch(/the last line \(8\) was cut/);
  await addKept(environment, named("after"));
  expect((await readKept(environment)).networks.map(({ name }) => name)).toEqual([
    "photos-1",
    "good",
    "after",
  ]);
});

test("a list shows the person's own before what comes with the package, and says what it leaves out", async () => {
  const said: string[] = [];
  const rows = await listExperience(await folderWith("{", entry), (text) => void said.push(text));
  expect(rows.map(({ name, isOwn }) => [name, isOwn])).toEqual([
    ["photos-1", true],
    ["early-resnet", false],
  ]);
  expect(rows[0]).toMatchObject({ source: "runs/first", text: entry.text });
  expect(rows[0]?.summary).toBe(
    "Yours: +10.00 points (95 %: +7.73 points to +12.27 points, 3 seeds each) beside resnet-8 at 31 % width, each trained for 10 min, on secret-photos (3x32x32, 10 classes); 5.47k parameters, 406k MACs; 2026-11-30.",
  );
  expect(said).toEqual([expect.stringMatching(/^Left out: .*line 1 is not JSON/)]);
  await listExperience(await folderWith(), (text) => void said.push(text));
  expect(said[1]).toMatch(/^None of your own yet: genius keep RUN/);
});

test("a file that cannot be read at all says so", async () => {
  const folder = await newFolder();
  await mkdir(join(folder, "experience.jsonl"));
  await expect(readKept({ GENIUS_OWN_DIR: folder })).rejects.toThrow(/experience\.jsonl.*GENIUS_OWN_DIR/s);
});

test("a model is told what suits images, limits and metric, without the name of the data", () => {
  const [told] = toldOf([entry], task);
  expect(told).toEqual({
    text: entry.text,
    words:
      "On images of 3x32x32 in 10 classes, each trained for 10 min: accuracy 91.00 % beside 81.00 % of resnet-8 ×0.31 (7.9k parameters), +10.00 points (95 %: +7.73 points to +12.27 points, 3 seeds each); 5.47k parameters, 406k MACs.",
  });
  const isTold = (changes: Changes) => toldOf([entry], taskWith(changes)).length;
  expect(isTold({ images: { ...images, imageSize: 64 } })).toBe(1);
  expect(isTold({ images: { ...images, imageSize: 96 } })).toBe(0);
  expect(isTold({ images: { ...images, imageSize: [32, 80] } })).toBe(0);
  expect(isTold({ limits: { maxParamCount: 5_466 } })).toBe(1);
  expect(isTold({ limits: { maxParamCount: 5_465 } })).toBe(0);
  expect(isTold({ limits: { maxParamCount: 55_000 } })).toBe(0);
  const large = { images: { ...images, imageSize: 64 } };
  expect(isTold({ ...large, limits: { maxMacCount: 4 * 405_824 } })).toBe(1);
  expect(isTold({ ...large, limits: { maxMacCount: 4 * 405_824 - 1 } })).toBe(0);
  expect(isTold({ metric: { name: "macro-f1" } })).toBe(0);
  const clear = named("clear", { scores: [0.99, 0.99, 0.99] });
  const same = named("same", { on: { ...entry.on, dataset: "others" } });
  const texts = [entry, clear, same].map((each) => ({ ...each, text: `# ${each.name}\n` }));
  expect(toldOf(texts, task).map(({ text }) => text)).toEqual(["# same\n", "# clear\n"]);
});

test("a search is offered two of the same data, else one of similar images, and then what comes with the package", () => {
  const [shipped] = shippedOffers;
  expect(offersFor([entry], task)).toEqual([
    {
      name: "photos-1",
      text: entry.text,
      words:
        "kept from runs/first: +10.00 points beside resnet-8 at 31 % width over 3 seeds on secret-photos",
    },
    shipped,
  ]);
  const offered = (kept: readonly KeptNetwork[], changes: Changes = {}) =>
    offersFor(kept, taskWith(changes))
      .filter(({ text }) => text !== undefined)
      .map(({ name }) => name);
  const clear = named("clear", { scores: [0.99, 0.99, 0.99] });
  const grey = named("grey", { on: { ...entry.on, input: [1, 32, 32] }, scores: [0.99, 0.99, 0.99] });
  // Of the same shape first, then the clearest.
  expect(offered([entry, clear, grey])).toEqual(["clear"]);
  expect(offered([entry, grey])).toEqual(["photos-1"]);
  const same = (name: string) => named(name, { on: { ...entry.on, dataset: "others" } });
  expect(offered([clear, same("a"), same("b"), same("c")])).toEqual(["a", "b"]);
  expect(offered([clear, same("a")])).toEqual(["a"]);
  // It is fitted by its width, to limits of a tenth to ten times its size.
  expect(offered([entry], { limits: { maxParamCount: 600 } })).toEqual(["photos-1"]);
  expect(offered([entry], { limits: { maxParamCount: 500 } })).toEqual([]);
  expect(offered([entry], { limits: { maxParamCount: 54_000 } })).toEqual(["photos-1"]);
  expect(offered([entry], { limits: { maxParamCount: 55_000 } })).toEqual([]);
  expect(offered([entry], { images: { ...images, imageSize: 96 } })).toEqual([]);
  expect(offered([entry], { metric: { name: "macro-f1" } })).toEqual([]);
  // A text that is for other classes or images than these.
  const fixed = entry.text.replace("linear classes", "linear 10");
  expect(offered([named("fixed", { text: fixed })])).toEqual(["fixed"]);
  expect(offered([named("fixed", { text: fixed })], { images: { ...images, classCount: 6 } })).toEqual([]);
  const large = named("large", { text: `input 3x40x40\n${entry.text}` });
  expect(offered([large])).toEqual([]);
});

test("an offer fits as it was kept where that is what the limits allow, else by its width", () => {
  const spaceOf = mobile.create(mobile.options.parse({ ...images, sizeClass: "tiny" }));
  const fitted = (
    limits: { readonly maxParamCount?: number; readonly maxMacCount?: number },
    text = entry.text,
  ) => fitOffers(createDomain(spaceOf, limits), [{ name: "photos-1", words: "kept", text }]);
  const kept = readNetwork(entry.text);
  for (const maxParamCount of [5_466, 5_900]) {
    const [found] = fitted({ maxParamCount });
    expect(found).toMatchObject({ width: 1, paramCount: 5_466, macCount: 405_824, words: "kept" });
    expect(canonicalKey(found!.network)).toBe(canonicalKey(kept));
    expect(found!.network.name).toBe("photos-1");
  }
  const [narrow] = fitted({ maxParamCount: 3_000 });
  expect(narrow!.paramCount).toBeLessThanOrEqual(3_000);
  expect(narrow!.paramCount).toBeGreaterThan(2_000);
  expect(narrow!.network.name).toMatch(/^photos-1 ×0\.\d\d$/);
  const [wide] = fitted({ maxParamCount: 40_000 });
  expect(wide!.paramCount).toBeLessThanOrEqual(40_000);
  expect(wide!.paramCount).toBeGreaterThan(35_000);
  // Nothing of it can be narrower than this.
  expect(fitted({ maxParamCount: 100 })).toEqual([]);
  expect(fitted({ maxParamCount: 5_466 }, "cnv 16\n")).toEqual([]);
  // The same network under two names is tried once; what no release has any more is left out.
  const domain = createDomain(spaceOf, { maxParamCount: 5_466 });
  const offer = { words: "kept", text: entry.text };
  const offers = [
    { ...offer, name: "a" },
    { ...offer, name: "b" },
    { name: "gone", words: "" },
    ...shippedOffers,
  ];
  expect(fitOffers(domain, offers).map(({ name }) => name)).toEqual(["a", "early-resnet"]);
});
