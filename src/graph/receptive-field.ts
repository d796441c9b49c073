// How much of the image one place of a feature map sees: the receptive field of every node, along its widest path.
import type { Network } from "./network.ts";
import type { FeatureShape, Pair } from "./operator.ts";

/** Height and width in pixels of the image, no larger than the image itself. */
export type ReceptiveField = readonly [height: number, width: number];

/** Of every node, by its id. A node that reads a mean over the whole map sees the whole image. */
export function receptiveFields({ nodes }: Network): ReadonlyMap<string, ReceptiveField> {
  const image = nodes.find(({ op }) => op.kind === "input")?.op as { readonly shape: FeatureShape };
  const seen = new Map<string, { readonly field: Pair; readonly step: Pair }>();
  for (const { id, op, inputs } of nodes) {
    const read = inputs.map((input) => seen.get(input)!);
    const both = (of: (axis: 0 | 1) => number): Pair => [of(0), of(1)];
    const field = both((axis) => Math.max(1, ...read.map((input) => input.field[axis])));
    const step = both((axis) => Math.max(1, ...read.map((input) => input.step[axis])));
    const whole = both((axis) => image.shape[axis + 1]!);
    const capped = (pair: Pair) => both((axis) => Math.min(pair[axis], whole[axis]));
    switch (op.kind) {
      case "conv":
      case "pool":
        seen.set(id, {
          field: capped(both((axis) => field[axis] + (op.kernel[axis] - 1) * step[axis])),
          step: both((axis) => step[axis] * op.stride[axis]),
        });
        break;
      case "global-pool":
        seen.set(id, { field: whole, step });
        break;
      case "upsample":
        seen.set(id, { field, step: both((axis) => step[axis] / op.factor) });
        break;
      default:
        seen.set(id, { field, step });
    }
  }
  return new Map([...seen].map(([id, { field }]) => [id, field]));
}
