// Which graphics processors a local training gets, so that several trainings at once, also of several studies, are
// spread over them. A place on a processor is a file, created by the one that takes it and free again when its job
// has ended; when every processor has a training, they are shared evenly.
import { execFile } from "node:child_process";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { fileError, systemCodeOf } from "../../../base/errors.ts";
import { makeFolder } from "../../../base/folder.ts";

const maxShares = 64;

/** The numbers of the processors that trainings may use: those of CUDA_VISIBLE_DEVICES, else all there are. */
export async function listGraphics(
  environment: Readonly<Record<string, string | undefined>>,
): Promise<readonly string[]> {
  const allowed = environment.CUDA_VISIBLE_DEVICES;
  if (allowed !== undefined) return allowed.split(",").filter((name) => name !== "" && name !== "-1");
  const answer = await promisify(execFile)("nvidia-smi", ["--query-gpu=index", "--format=csv,noheader"], {
    timeout: 20_000,
  }).catch(() => ({ stdout: "" }));
  return answer.stdout.split("\n").flatMap((line) => (/^\d+$/.test(line.trim()) ? [line.trim()] : []));
}

export interface Places {
  readonly folder: string;
  readonly devices: readonly string[];
  /** Whether the job with that directory may still use its place. */
  readonly isUsed: (directory: string) => Promise<boolean>;
}

/** Takes places on `count` different processors, the least used first. There must be as many. */
export async function takePlaces(
  directory: string,
  count: number,
  { folder, devices, isUsed }: Places,
): Promise<readonly string[]> {
  if (count === 0) return [];
  await makeFolder(folder).catch((thrown) => {
    throw fileError(thrown, folder, "create");
  });
  const taken: string[] = [];
  for (let share = 0; share < maxShares; share += 1) {
    for (const device of devices) {
      if (taken.includes(device)) continue;
      const place = join(folder, `${encodeURIComponent(device)}.${share}`);
      const holder = await readFile(place, "utf8").catch(() => undefined);
      if (holder !== undefined && (await isUsed(holder))) continue;
      if (holder !== undefined) await rm(place, { force: true });
      try {
        await writeFile(place, directory, { flag: "wx" });
        taken.push(device);
        if (taken.length === count) return taken;
      } catch (thrown) {
        if (systemCodeOf(thrown) !== "EEXIST") throw fileError(thrown, place, "write");
      }
    }
  }
  return taken;
}
