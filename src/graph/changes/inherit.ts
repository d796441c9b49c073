// Weights of a changed network from those of the network that it was changed from: by the nodes' ids, channel by channel. New
// channels are copies whose readers share the weight, larger windows begin with zeros around the old ones, a new branch adds
// nothing until it is trained – so the function stays where a change says that it does (docs/decisions/034). Whatever has no
// place keeps its fresh weights.
import { createRandom } from "../../base/random.ts";
import type { Network, NetworkNode } from "../network.ts";
import { nodeParameters, sizeOf } from "../parameters.ts";
import { inferShapes, type Shapes } from "../shapes.ts";
import type { Weights, WeightTensor } from "../weights.ts";
import { type ChannelGroup, channelGroups } from "./channel-groups.ts";

/** Which old channel each channel of a map is, and how many there were. */
interface Origin {
  readonly source: readonly number[];
  readonly count: number;
}

export interface Parent {
  readonly network: Network;
  readonly weights: Weights;
}

/** All weights of `network`: inherited where they have a place, those of `fresh` elsewhere. */
export function inheritWeights(parent: Parent, network: Network, fresh: Weights): Weights {
  const { nodes } = network;
  const before = new Map(parent.network.nodes.map((node) => [node.id, node]));
  const [shapes, shapesBefore] = [inferShapes(nodes), inferShapes(parent.network.nodes)];
  const origins = originsOf(parent, network, { before, shapes, shapesBefore });
  const isRead = new Set(
    nodes.flatMap(({ id, op, inputs }) => (op.kind === "add" && !before.has(id) ? inputs : [])),
  );
  const weights = new Map<string, WeightTensor>();
  for (const node of nodes) {
    const old = before.get(node.id);
    const known = old?.op.kind === node.op.kind ? old : undefined;
    for (const { part, dims, role } of nodeParameters(node, shapes)) {
      const name = `${node.id}.${part}`;
      const own = fresh.get(name) as WeightTensor;
      const given = known && parent.weights.get(name);
      // The norm of a new branch: it adds nothing at first.
      const isSilent = known === undefined && role === "norm-scale" && isRead.has(node.id);
      const setting = { node, dims, origins, own };
      if (isSilent) weights.set(name, { dims, data: new Float32Array(sizeOf(dims)) });
      else weights.set(name, given === undefined ? own : (adapted(given, setting) ?? own));
    }
  }
  return weights;
}

interface Place {
  readonly node: NetworkNode;
  readonly dims: readonly number[];
  readonly origins: ReadonlyMap<string, Origin>;
  readonly own: WeightTensor;
}

/** A tensor in its new shape; undefined where it has no place there. */
function adapted(given: WeightTensor, { node, dims, origins, own }: Place): WeightTensor | undefined {
  const rows = originOf(origins.get(node.id), { was: given.dims[0] as number, is: dims[0] as number });
  if (rows === undefined) return undefined;
  if (dims.length === 1)
    return { dims, data: Float32Array.from(rows.source, (row) => given.data[row] as number) };
  const isGrouped = node.op.kind === "conv" && node.op.groups > 1;
  const columns = isGrouped
    ? originOf(undefined, { was: given.dims[1] as number, is: dims[1] as number })
    : originOf(origins.get(node.inputs[0] as string), {
        was: given.dims[1] as number,
        is: dims[1] as number,
      });
  if (columns === undefined) return undefined;
  const shares = isGrouped ? columns.source.map(() => 1) : sharesOf(columns, node.id);
  const [height = 1, width = 1] = dims.slice(2);
  const [heightBefore = 1, widthBefore = 1] = given.dims.slice(2);
  const [down, right] = [(height - heightBefore) / 2, (width - widthBefore) / 2];
  if (!Number.isInteger(down) || !Number.isInteger(right)) return undefined;
  const data = new Float32Array(own.data.length);
  let at = 0;
  for (const row of rows.source) {
    for (const [place, column] of columns.source.entries()) {
      const start = (row * (given.dims[1] as number) + column) * heightBefore * widthBefore;
      for (let y = 0; y < height; y += 1) {
        for (let x = 0; x < width; x += 1, at += 1) {
          const [fromY, fromX] = [y - down, x - right];
          if (Math.min(fromY, fromX) < 0 || fromY >= heightBefore || fromX >= widthBefore) continue;
          data[at] = (shares[place] as number) * (given.data[start + fromY * widthBefore + fromX] as number);
        }
      }
    }
  }
  return { dims, data };
}

/** Where the axis of a tensor comes from; a map that is read in place of another counts by place. */
function originOf(
  origin: Origin | undefined,
  { was, is }: { readonly was: number; readonly is: number },
): Origin | undefined {
  if (origin?.count === was && origin.source.length === is) return origin;
  return was === is ? { source: Array.from({ length: is }, (_, at) => at), count: was } : undefined;
}

/**
 * How much of the old weight each channel takes: the copies of one add up to 1.
 * Differs from Net2Net: unevenly, so that the copies part in training.
 */
function sharesOf({ source, count }: Origin, id: string): readonly number[] {
  if (new Set(source).size === source.length) return source.map(() => 1);
  const random = createRandom("shares", id);
  const draws = source.map(() => 0.5 + random.next());
  const sums = new Float64Array(count);
  for (const [at, channel] of source.entries())
    sums[channel] = (sums[channel] as number) + (draws[at] as number);
  return source.map((channel, at) => (draws[at] as number) / (sums[channel] as number));
}

interface Known {
  readonly before: ReadonlyMap<string, NetworkNode>;
  readonly shapes: Shapes;
  readonly shapesBefore: Shapes;
}

/** The origin of each map's channels, where its width was changed; the same for a whole group. */
function originsOf(
  parent: Parent,
  { nodes }: Network,
  { before, shapes, shapesBefore }: Known,
): ReadonlyMap<string, Origin> {
  const origins = new Map<string, Origin>();
  const groups = new Map<ChannelGroup, Origin | undefined>();
  for (const [id, group] of channelGroups(nodes, shapes)) {
    if (!groups.has(group)) groups.set(group, originOfGroup(group, { parent, before, shapesBefore }));
    const origin = groups.get(group);
    if (origin !== undefined) origins.set(id, origin);
  }
  return origins;
}

function originOfGroup(
  { channels, nodes, producers }: ChannelGroup,
  { parent, before, shapesBefore }: Omit<Known, "shapes"> & { readonly parent: Parent },
): Origin | undefined {
  const known = nodes.filter(({ id }) => before.has(id));
  const counts = new Set(known.map(({ id }) => shapesBefore.get(id)?.[0] as number));
  const [count] = counts;
  // Maps of several widths came together: they count by place.
  if (count === undefined || counts.size > 1) return undefined;
  if (channels >= count) return { source: Array.from({ length: channels }, (_, at) => at % count), count };
  const strength = new Float64Array(count);
  for (const { id } of [...producers, ...nodes.filter(({ op }) => op.kind === "batch-norm")]) {
    const weight = parent.weights.get(`${id}.weight`);
    if (weight?.dims[0] !== count) continue;
    const length = weight.data.length / count;
    for (let channel = 0; channel < count; channel += 1) {
      const own = weight.data.subarray(channel * length, (channel + 1) * length);
      strength[channel] = (strength[channel] as number) + Math.hypot(...own);
    }
  }
  const source = [...strength.keys()]
    .sort((a, b) => (strength[b] as number) - (strength[a] as number) || a - b)
    .slice(0, channels)
    .sort((a, b) => a - b);
  return { source, count };
}
