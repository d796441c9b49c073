// The folder of a training without a search: its `best/` is that of a run, and beside it is the network, which a run's journal
// would say.
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { fileError, GeniusError, systemCodeOf } from "../base/errors.ts";
import { writeWhole } from "../base/write-whole.ts";
import { networkSchema } from "../graph/foreign-network.ts";
import type { Network } from "../graph/network.ts";
import { holdsTraining, journalPath } from "../study/journal.ts";

const format = "genius-network";
const fileSchema = z.object({ format: z.literal(format), version: z.literal(1), network: networkSchema });

const pathIn = (folder: string) => join(folder, "best", "network.json");

/** Whether a training without a search was finished in the folder. */
export const isTrainedFolder = (folder: string): boolean =>
  !existsSync(journalPath(folder)) && holdsTraining(folder);

/** @throws GeniusError `wrong-use` where what is trained into the folder would replace the best network of a search. */
export function refuseSearchFolder(folder: string): void {
  if (!existsSync(journalPath(folder))) return;
  throw new GeniusError(
    "wrong-use",
    `${folder} holds a search, whose best network this one would replace. Choose another folder with --out.`,
  );
}

/** Keeps the network beside what was trained of it. Returns the file's path. */
export async function writeTrainedNetwork(folder: string, network: Network): Promise<string> {
  const path = pathIn(folder);
  // A name comes from a file's, and says nothing to a program.
  const name = network.name.replaceAll(/[^\p{L}\p{N} .,_/+×-]/gu, "-").replace(/^[^\p{L}\p{N}]+/u, "");
  const kept = { ...network, name: name.slice(0, 100) || "network" };
  await writeWhole(path, `${JSON.stringify({ format, version: 1, network: kept })}\n`);
  return path;
}

/** @throws GeniusError `not-found` where an earlier release trained it, `bad-file` for a damaged file. */
export async function readTrainedNetwork(folder: string): Promise<Network> {
  const path = pathIn(folder);
  const text = await readFile(path, "utf8").catch((thrown: unknown) => {
    if (systemCodeOf(thrown) !== "ENOENT") throw fileError(thrown, path, "read");
    throw new GeniusError(
      "not-found",
      `${path} is missing, which says what network was trained. The same genius train with --out ${folder} writes it, and trains nothing again.`,
    );
  });
  try {
    return fileSchema.parse(JSON.parse(text)).network;
  } catch (cause) {
    throw new GeniusError("bad-file", `${path} is damaged: it holds no network.`, { cause });
  }
}
