// What the cluster's nodes have, and whether any is large enough for a job: Ray itself lets a job that fits nowhere
// wait for ever.
import { GeniusError } from "../../../base/errors.ts";
import type { Resources } from "../launcher.ts";
import type { RayApi } from "./api.ts";

export interface NodeCapacity {
  readonly gpus: number;
  readonly cpus: number;
  readonly memoryMb: number;
}

/** Of every node that lives, whether it is free or not; those with the most graphics processors first. */
export async function capacitiesOf(api: RayApi): Promise<readonly NodeCapacity[]> {
  const nodes = (await api.nodes()).map((node) => ({
    gpus: node.GPU ?? 0,
    cpus: node.CPU ?? 0,
    memoryMb: Math.floor((node.memory ?? 0) / 1e6),
  }));
  return nodes.sort((a, b) => b.gpus - a.gpus || b.cpus - a.cpus);
}

/**
 * Looks once for every different request.
 * @param seenFit what was found to fit, added to here
 * @throws GeniusError `launcher-refused` where no node has as much in all, whether it is free or not.
 */
export async function refuseTooLarge(api: RayApi, resources: Resources, seenFit: Set<string>): Promise<void> {
  const { gpus, cpus, memoryMb = 0 } = resources;
  const name = [gpus, cpus, memoryMb].join();
  if (seenFit.has(name)) return;
  const nodes = await capacitiesOf(api);
  if (nodes.some((node) => node.gpus >= gpus && node.cpus >= cpus && node.memoryMb >= memoryMb)) {
    seenFit.add(name);
    return;
  }
  const has = nodes.map((node) => `${node.gpus} GPUs, ${node.cpus} CPUs, ${node.memoryMb} MB`);
  throw new GeniusError(
    "launcher-refused",
    `A training is to have ${gpus} GPUs, ${cpus} CPUs and ${memoryMb} MB, and no node of the Ray at ${api.address} has that; its nodes have ${[...new Set(has)].join("; ") || "nothing"}. Ask for less, start a larger node with \`ray start --address\`, or say --ray-autoscaler where the cluster grows by itself.`,
  );
}
