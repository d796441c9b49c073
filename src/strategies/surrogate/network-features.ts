// What a network's graph says before any training: how large it is, how deep, how the signal and its gradient can
// flow. A surrogate starts from these numbers, so that it need not learn from accuracies that an unconnected network
// cannot work. It reads nodes only: no names of spaces, decisions or options.
import { nodeCosts } from "../../network/cost.ts";
import type { Network, NetworkNode } from "../../network/network.ts";

/** Number of features of {@link networkFeatures}. */
export const featureNames = [
  "logParams",
  "logMacs",
  "connected",
  "longestDepth",
  "meanDepth",
  "shortestDepth",
  "logPaths",
  "meanSpatialDepth",
  "meanPoolings",
  "logReceptiveField",
  "logWidth",
] as const;

/**
 * The features of a network, in the order of {@link featureNames}. Sizes count only what carries a signal from the
 * input to the output. Depths count convolutions: over all paths (mean), on the longest and on the shortest.
 */
export function networkFeatures(network: Network): Float64Array {
  const { nodes } = network;
  const costs = nodeCosts(network);
  const indexOf = new Map<string, number>();
  const inputs: number[][] = [];
  const carries: boolean[] = [];
  nodes.forEach((node, index) => {
    indexOf.set(node.id, index);
    const from = node.inputs.map((id) => indexOf.get(id) as number);
    inputs.push(from);
    carries.push(node.op.kind === "input" || (node.op.kind !== "zero" && from.some((each) => carries[each])));
  });
  const last = nodes.length - 1;
  const live = new Array<boolean>(nodes.length).fill(false);
  if (carries[last]) live[last] = true;
  for (let index = last; index >= 0; index -= 1)
    if (live[index]) for (const from of inputs[index]!) if (carries[from]) live[from] = true;

  let params = 0;
  let macs = 0;
  let widthSum = 0;
  let widthCount = 0;
  const state = nodes.map(() => ({
    logPaths: -Infinity,
    longest: 0,
    shortest: Infinity,
    mean: 0,
    spatial: 0,
    pools: 0,
    field: 1,
    jump: 1,
  }));
  nodes.forEach((node, index) => {
    if (!live[index]) return;
    const cost = costs[index]!;
    params += cost.paramCount;
    macs += cost.macCount;
    const own = state[index]!;
    if (node.op.kind === "input") {
      own.logPaths = 0;
      own.shortest = 0;
      return;
    }
    const from = inputs[index]!.filter((each) => live[each]).map((each) => state[each]!);
    const most = Math.max(...from.map((each) => each.logPaths));
    let total = 0;
    for (const each of from) {
      const share = Math.exp(each.logPaths - most);
      total += share;
      own.longest = Math.max(own.longest, each.longest);
      own.shortest = Math.min(own.shortest, each.shortest);
      own.mean += share * each.mean;
      own.spatial += share * each.spatial;
      own.pools += share * each.pools;
      own.field += share * each.field;
      own.jump = Math.max(own.jump, each.jump);
    }
    own.logPaths = most + Math.log(total);
    own.mean /= total;
    own.spatial /= total;
    own.pools /= total;
    own.field = (own.field - 1) / total;
    const weighs = weight(node);
    own.longest += weighs.depth;
    own.shortest += weighs.depth;
    own.mean += weighs.depth;
    own.spatial += weighs.spatial;
    own.pools += weighs.pool;
    own.field += (weighs.kernel - 1) * own.jump;
    own.jump *= weighs.stride;
    if (weighs.depth > 0) {
      widthSum += Math.log(cost.shape[0]);
      widthCount += 1;
    }
  });
  const end = state[last]!;
  const connected = live[0] === true;
  return Float64Array.of(
    Math.log(1 + params),
    Math.log(1 + macs),
    connected ? 1 : 0,
    end.longest,
    end.mean,
    connected ? end.shortest : 0,
    connected ? end.logPaths : 0,
    end.spatial,
    end.pools,
    Math.log(1 + end.field),
    widthCount > 0 ? widthSum / widthCount : 0,
  );
}

function weight({ op }: NetworkNode) {
  switch (op.kind) {
    case "conv":
      return { depth: 1, spatial: op.kernel > 1 ? 1 : 0, pool: 0, kernel: op.kernel, stride: op.stride };
    case "pool":
      return { depth: 0, spatial: 0, pool: 1, kernel: op.kernel, stride: op.stride };
    default:
      return { depth: 0, spatial: 0, pool: 0, kernel: 1, stride: 1 };
  }
}
