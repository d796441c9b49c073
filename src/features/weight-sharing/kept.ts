// A supernet's training on disk, so that a search that was stopped resumes where it was, and one that is resumed later
// need not train again. A file is named by all that decides its content and is whole or absent. It must not know what
// the state is for.
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileError, systemCodeOf } from "../../base/errors.ts";
import { writeWhole } from "../../base/write-whole.ts";
import type { SupernetData } from "./data.ts";
import type { Supernet } from "./supernet.ts";
import type { SupernetEpoch, SupernetPlan, SupernetState } from "./training.ts";

// 2: GDAS by the gradient of the drawn options alone, no decay in the step ahead of second-order DARTS.
const formatVersion = 2;

interface Header {
  readonly curve: readonly SupernetEpoch[];
  readonly architecture: {
    readonly parameters: readonly number[];
    readonly first: readonly number[];
    readonly second: readonly number[];
    readonly steps: number;
  };
}

/** Where the training of this supernet by this plan on these images is kept, below `folder`. */
export function keptPath(
  folder: string,
  given: {
    readonly supernet: Supernet;
    readonly data: SupernetData;
    readonly plan: SupernetPlan;
    readonly more?: unknown;
  },
): string {
  const { supernet, data, plan, more } = given;
  const records = [data.train, data.validation].map(({ records }) => Array.from(records));
  const words = JSON.stringify([formatVersion, supernet.nodes, data.hash, records, plan, more ?? null]);
  return join(folder, "supernets", `${createHash("sha256").update(words).digest("hex").slice(0, 32)}.bin`);
}

export async function keepState(path: string, state: SupernetState): Promise<void> {
  const { parameters, first, second, steps } = state.architecture;
  const header: Header = {
    curve: state.curve,
    architecture: { parameters: [...parameters], first: [...first], second: [...second], steps },
  };
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  await writeWhole(path, Buffer.concat([length, text, state.trainer]));
}

/** The kept state, or undefined when there is none; what cannot be read is trained again. */
export async function readState(path: string): Promise<SupernetState | undefined> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (thrown) {
    if (systemCodeOf(thrown) === "ENOENT") return undefined;
    throw fileError(thrown, path, "read");
  }
  try {
    const length = bytes.readUInt32LE(0);
    const { curve, architecture } = JSON.parse(bytes.toString("utf8", 4, 4 + length)) as Header;
    const { parameters, first, second, steps } = architecture;
    return {
      curve,
      architecture: {
        parameters: Float32Array.from(parameters),
        first: Float32Array.from(first),
        second: Float32Array.from(second),
        steps,
      },
      trainer: Uint8Array.from(bytes.subarray(4 + length)),
    };
  } catch {
    return undefined;
  }
}
