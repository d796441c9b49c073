// The second stage from its arguments to its files, with a model of a script behind a loopback server: what it chooses is
// tried, what cannot be used is recorded, and the recorded conversation repeats the same rounds without it.
import { mkdir, mkdtemp, readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { expect, test } from "vitest";
import { genius as runCommand } from "../../cli/fixtures/terminal.ts";
import { behaviours, startModelServer } from "../../testing/model-server.ts";

const root = await mkdtemp(join(tmpdir(), "genius-refine-"));

async function genius(...args: readonly string[]) {
  return runCommand(args, { environment: { GENIUS_CACHE_DIR: join(root, "cache") } });
}

const roundsOf = async (folder: string) =>
  (JSON.parse(await readFile(join(root, folder, "rounds.json"), "utf8")) as { rounds: Round[] }).rounds;
interface Round {
  readonly block: string;
  readonly candidates: readonly { readonly words?: string }[];
  readonly proposed: { readonly by: string; readonly reason?: string; readonly unusable?: string };
}

test("a model chooses what is tried, and its conversation repeats the rounds", {
  timeout: 300_000,
}, async () => {
  for (const [place, name] of ["dark", "light"].entries()) {
    await mkdir(join(root, "images", name), { recursive: true });
    for (let image = 0; image < 40; image += 1) {
      const shade = 90 * place + 2 * image;
      await sharp({
        create: { width: 12, height: 12, channels: 3, background: { r: shade, g: 70, b: shade } },
      })
        .png()
        .toFile(join(root, "images", name, `${image}.png`));
    }
  }
  const found = await genius(
    ...["search", join(root, "images"), "--max-params", "6k", "--max-macs", "250k", "--trials", "1"],
    ...["--epochs", "1", "--final-epochs", "2", "--out", join(root, "run")],
  );
  expect([found.code, found.error]).toEqual([0, expect.any(String)]);

  const server = await startModelServer({
    respond: (_, number) =>
      number === 2
        ? behaviours.answer("I would rather not say.")
        : behaviours.object({ reason: "the third seems best", changes: [3] }),
  });
  const refine = ["refine", join(root, "run"), "--rounds", "1", "--candidates", "1", "--seed", "5"];
  const asked = await genius(
    ...[...refine, "--model", "compatible/scripted", "--base-url", server.baseUrl],
    ...["--out", join(root, "asked")],
  );
  await server.close();
  expect([asked.code, asked.error]).toEqual([0, expect.stringContaining("the third seems best")]);
  const rounds = await roundsOf("asked");
  expect(rounds.length).toBeGreaterThan(2);
  expect(rounds.map(({ proposed }) => proposed.by)).toEqual(
    rounds.map((_, index) => (index === 1 ? "grammar" : "model")),
  );
  expect(rounds[1]!.proposed.unusable).toContain("no number from 1 to 12");
  expect((await readdir(join(root, "asked"))).sort()).toEqual(
    expect.arrayContaining(["conversation.jsonl", "model.onnx", "model.py", "weights.safetensors"]),
  );

  const again = await genius(
    ...[...refine, "--model", `replay/${join(root, "asked")}`, "--out", join(root, "again")],
  );
  expect(again.code).toBe(0);
  const tried = (all: readonly Round[]) =>
    all.map(({ block, candidates }) => [block, ...candidates.map(({ words }) => words)]);
  expect(tried(await roundsOf("again"))).toEqual(tried(rounds));
});

test("what cannot be refined is said", async () => {
  expect(await genius("refine")).toMatchObject({
    error: expect.stringContaining("Name the folder of a run"),
  });
  const { code, error } = await genius("refine", join(root, "nowhere"));
  expect([code, error]).toEqual([1, expect.stringContaining("nowhere")]);
});
