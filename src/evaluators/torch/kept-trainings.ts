// The finished trainings of a search whose checkpoints are kept, so that a strategy which raises the fidelity continues
// with them. A note beside the checkpoint says what it is. The best few are kept.
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { writeWhole } from "../../base/write-whole.ts";
import { checkpointName } from "./job-folder.ts";

const maxKept = 64;
const noteName = "trained.json";

const note = z.object({
  /** Equal keys may continue one another. */
  key: z.string(),
  /** Its length: epochs, or seconds where it goes by the clock. The two never continue each other. */
  epochs: z.number().exactOptional(),
  seconds: z.number().exactOptional(),
  score: z.number(),
  /** The seed that it was begun with and continues with. */
  seed: z.number(),
  curve: z.array(
    z.object({
      epoch: z.number(),
      seconds: z.number().exactOptional(),
      trainLoss: z.number(),
      validation: z.record(z.string(), z.number()),
      validationLoss: z.number().exactOptional(),
      learningRate: z.number().exactOptional(),
    }),
  ),
});

export type KeptTraining = z.output<typeof note> & {
  /** The name of its folder. */
  readonly name: string;
};

export type Length = { readonly epochs: number } | { readonly seconds: number };

/** The longest kept training of that key that is shorter than given. */
export async function findKept(root: string, key: string, than: Length): Promise<KeptTraining | undefined> {
  const lengthOf = ({ epochs, seconds }: KeptTraining) => ("seconds" in than ? seconds : epochs);
  const limit = "seconds" in than ? than.seconds : than.epochs;
  return (await listKept(root))
    .flatMap((kept) => {
      const length = lengthOf(kept);
      return kept.key === key && length !== undefined && length < limit ? [{ kept, length }] : [];
    })
    .sort((a, b) => b.length - a.length || (a.kept.name < b.kept.name ? -1 : 1))[0]?.kept;
}

/** Notes a training whose checkpoint is to be kept, and drops the worst where there are too many. */
export async function keepTraining(root: string, { name, ...content }: KeptTraining): Promise<void> {
  await writeWhole(join(root, name, noteName), JSON.stringify(content));
  const ranked = (await listKept(root)).sort((a, b) => b.score - a.score);
  for (const { name: other } of ranked.slice(maxKept)) await dropTraining(root, other);
}

/** Removes a training's checkpoint. */
export async function dropTraining(root: string, name: string): Promise<void> {
  await rm(join(root, name, noteName), { force: true });
  await rm(join(root, name, checkpointName), { force: true });
}

async function listKept(root: string): Promise<KeptTraining[]> {
  const names = await readdir(root).catch(() => [] as string[]);
  const all = await Promise.all(
    names.map(async (name): Promise<KeptTraining[]> => {
      const text = await readFile(join(root, name, noteName), "utf8").catch(() => undefined);
      if (text === undefined) return [];
      const parsed = note.safeParse(JSON.parse(text));
      return parsed.success ? [{ ...parsed.data, name }] : [];
    }),
  );
  return all.flat();
}
