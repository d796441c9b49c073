// A search that starts from a person's network: the space around it, the network as what every result is compared with, and its own
// costs as the limits where none are named.
import { readFile } from "node:fs/promises";
import { fileError, GeniusError } from "../base/errors.ts";
import { checkRegular, readOwnText } from "../base/own-file.ts";
import { isText } from "../catalog/load.ts";
import { networkCost } from "../graph/cost.ts";
import { spaceAround, spaceOfText } from "../language/index.ts";
import { networkViolations } from "../search/constraints/create-domain.ts";
import type { Domain } from "../search/constraints/domain.ts";
import type { FittedReference } from "../search/references/reference.ts";
import type { ImageTask, Limits, Space, SpaceDefinition } from "../search/space.ts";
import type { StartConfig } from "../study/journal-lines.ts";
import { fitSpace } from "./fit-space.ts";
import { importNetwork } from "./import-network.ts";

export interface Start {
  readonly config: StartConfig;
  /** The space around the network. */
  readonly space: SpaceDefinition;
  /** How the journal names the space, whose text the run keeps. */
  readonly reference: string;
}

/** Whether a file is one that a search can start from, by its name. */
export const isStart = (file: string): boolean => isText(file) || file.endsWith(".onnx");

/**
 * The space around the network of a text or a model.
 * @throws GeniusError as `importNetwork` and `spaceAround` do, and `not-found` for a file that is not there.
 */
export async function openStart(file: string): Promise<Start> {
  if (!isStart(file))
    throw new GeniusError(
      "wrong-use",
      `A search starts from a text (mine.txt) or a model (mine.onnx), and "${file}" is neither.`,
    );
  const name = file.replace(/^.*[/\\]|\.[A-Za-z]+$/g, "") || "network";
  const written = isText(file) ? await readOwnText(file) : await textOfModel(file, name);
  const { text, choices } = spaceAround(written, file);
  const reference = `around-${name}.txt`;
  return { config: { name, choices }, space: spaceOfText(text, reference) as SpaceDefinition, reference };
}

async function textOfModel(file: string, name: string): Promise<string> {
  await checkRegular(file);
  const bytes = await readFile(file).catch((thrown: unknown) => {
    throw fileError(thrown, file, "read");
  });
  return importNetwork(bytes, { name, norms: true }).text;
}

/** The network as it is compared with; outside the limits it is never selected. */
export function startReference(domain: Domain, { name, choices }: StartConfig): FittedReference {
  const network = { ...domain.space.decode(choices), name };
  const { paramCount, macCount } = networkCost(network);
  const isOutside = networkViolations(network, domain.limits).length > 0;
  return { name, width: 1, network, paramCount, macCount, own: isOutside ? "outside" : "inside" };
}

/**
 * The limits with the network's own parameters and MACs as the maximum where none is named, so that what is found is no larger
 * in either; a named minimum above them leaves that side open.
 */
export function limitsOfStart(
  { config, space }: Start,
  limits: Limits,
  images: ImageTask | undefined,
): Limits {
  const { minParamCount = 0, minMacCount = 0 } = limits;
  if (limits.maxParamCount !== undefined && limits.maxMacCount !== undefined) return limits;
  const fitted = images === undefined ? {} : fitSpace(space, images, { limits, onProgress: () => {} });
  const { paramCount, macCount } = networkCost(
    (space.create(space.options.parse(fitted)) as Space).decode(config.choices),
  );
  return {
    ...(paramCount >= minParamCount && { maxParamCount: paramCount }),
    ...(macCount >= minMacCount && { maxMacCount: macCount }),
    ...limits,
  };
}
