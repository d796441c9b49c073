// Which choices meet where: every layer's cost, and whether it fits, depends on a few of the choices only. With that the
// costs of all designs of a text are exact sums of small tables, and that every design fits is proved by trying the few
// combinations of each layer. It follows all alternatives at once, and counts nothing itself.
import type { FeatureShape } from "../graph/network.ts";
import {
  constant,
  joined,
  type Known,
  type KnownScope,
  type KnownShape,
  knownOf,
  type Mask,
  mixed,
  only,
  windowed,
} from "./known.ts";
import type { Item, Program } from "./program.ts";
import { createWalk } from "./walk.ts";

export interface ChoiceScopes {
  /** Sets of choices that meet in the cost of a layer; none is part of another. */
  readonly cost: readonly (readonly number[])[];
  /** Sets of choices that meet where shapes must fit. */
  readonly fit: readonly (readonly number[])[];
}

interface Scope extends KnownScope {
  readonly numbers: Map<string, Known>;
  readonly wires: Map<string, KnownShape>;
  /** The choices on which it depends whether this part is there. */
  readonly presence: Mask;
  readonly isLater: boolean;
}

const maxSteps = 100_000;
/** Of layers with parameters or multiply–accumulates, how the cost depends on the map's area. */
const costs: Readonly<Record<string, "area" | "no area">> = {
  ...{ conv: "area", dw: "area", linear: "area", norm: "no area", layernorm: "no area" },
};

/** The scopes of a program's choices; undefined when it is too entangled to tell. */
export function scopesOf(
  program: Program,
  { input, classCount }: { readonly input: FeatureShape; readonly classCount: number },
): ChoiceScopes | undefined {
  const costMasks = new Set<Mask>();
  const fitMasks = new Set<Mask>();
  let steps = 0;
  let isLost = false;

  const { run, follow } = createWalk<KnownShape, Scope>({
    define({ name, value }, scope) {
      const known = knownOf(value, scope);
      fitMasks.add(scope.presence | known.mask);
      scope.numbers.set(name, known);
    },
    item: (item, from, scope) => repeat(item, from, scope),
  });

  const repeat = (item: Item, from: KnownShape, scope: Scope): KnownShape => {
    if (item.times === undefined) return apply(item, from, scope);
    const times = knownOf(item.times, scope);
    fitMasks.add(scope.presence | times.mask);
    const counts = times.values?.filter((value) => typeof value === "number");
    if (counts === undefined || counts.length === 0) {
      isLost = true;
      return from;
    }
    const ends: KnownShape[] = [];
    let shape = from;
    const [fewest, most] = [Math.min(...counts), Math.min(1000, Math.max(...counts))];
    for (let time = 0; ; time += 1) {
      if (counts.includes(time)) ends.push(shape);
      if (time >= most || isLost) break;
      const presence = time < fewest ? scope.presence : scope.presence | times.mask;
      shape = apply(item, shape, { ...scope, presence, isLater: scope.isLater || time > 0 });
    }
    return ends.length === 0 ? shape : joinedShape(times.key, ends, times.mask);
  };

  const apply = (item: Item, from: KnownShape, scope: Scope): KnownShape => {
    steps += 1;
    if (steps > maxSteps) isLost = true;
    if (isLost) return from;
    const inner = { ...scope, start: from };
    switch (item.kind) {
      case "layer":
        return layer(item, from, scope);
      case "call": {
        const numbers = new Map(global);
        const called: Scope = {
          numbers,
          wires: new Map(),
          start: from,
          presence: scope.presence,
          isLater: false,
        };
        const given = new Map(argumentsOf(item, scope));
        for (const { name, fallback } of item.block.parameters)
          numbers.set(
            name,
            given.get(name) ?? (fallback === undefined ? constant(0) : knownOf(fallback, called)),
          );
        return run(item.block.body, called);
      }
      case "merge":
        return merge(
          item.word,
          item.branches.map((branch) => follow(branch, from, inner)),
          scope,
        );
      case "residual": {
        const main = follow(item.main, from, inner);
        const isSame = main.channels.key === from.channels.key && main.area.key === from.area.key;
        if (item.other !== undefined && !isSame) {
          const presence = [main, from].reduce((mask, shape) => mask | maskOf(shape), scope.presence);
          const other = follow(item.other, from, { ...inner, presence });
          merge("add", [main, other, from], scope);
        }
        return main;
      }
      case "group":
        return follow(item.chain, from, inner);
      case "pick": {
        const by = typeof item.by === "number" ? undefined : knownOf(item.by, scope);
        const index = by && only(by);
        if (typeof index === "number" && item.options[index] !== undefined)
          return follow(item.options[index], from, inner);
        const mask = by?.mask ?? 1n << BigInt(item.by as number);
        const presence = scope.presence | mask;
        fitMasks.add(presence);
        const ends = item.options.map((option) => follow(option, from, { ...inner, presence }));
        return joinedShape(`pick${by?.key ?? item.by}`, ends, mask);
      }
      default:
        return item satisfies never;
    }
  };

  const argumentsOf = (
    item: Extract<Item, { readonly kind: "layer" | "call" }>,
    scope: Scope,
  ): readonly (readonly [string, Known])[] =>
    item.arguments.map(({ name, value }) => {
      const known = name === "s" && scope.isLater ? constant(1) : knownOf(value, scope);
      fitMasks.add(scope.presence | known.mask);
      return [name, known];
    });

  const layer = (
    item: Extract<Item, { readonly kind: "layer" }>,
    from: KnownShape,
    scope: Scope,
  ): KnownShape => {
    const given = new Map(argumentsOf(item, scope));
    const shape = behind(item.word, from, given);
    const own = [...given.values()].reduce((mask, { mask: of }) => mask | of, scope.presence);
    const all = own | maskOf(from) | maskOf(shape);
    fitMasks.add(all);
    const cost = costs[item.word];
    const countsArea = cost === "area" || (program.normMacsPerElement ?? 0) > 0;
    if (cost !== undefined) costMasks.add(countsArea ? all : own | from.channels.mask);
    return shape;
  };

  const merge = (word: string, inputs: readonly KnownShape[], scope: Scope): KnownShape => {
    fitMasks.add(inputs.reduce((mask, shape) => mask | maskOf(shape), scope.presence));
    const [first] = inputs as readonly [KnownShape];
    if (word === "concat") return { ...first, channels: sum(inputs.map(({ channels }) => channels)) };
    // One of the factors may be a gate of one pixel.
    const isProduct = word === "mul" && inputs.some(({ area }) => area.key !== first.area.key);
    if (!isProduct) return first;
    const maps = inputs.filter(({ area }) => String(only(area)) !== "1,1");
    return maps.length === 1
      ? (maps[0] as KnownShape)
      : {
          ...first,
          area: mixed(
            "mul",
            inputs.map(({ area }) => area),
          ),
        };
  };

  const global = new Map<string, Known>([["classes", constant(classCount)]]);
  const [channels, height, width] = program.input ?? input;
  const start = { channels: constant(channels), area: constant([height, width]) };
  const output = run(program.body, {
    numbers: global,
    wires: new Map(),
    start,
    presence: 0n,
    isLater: false,
  });
  fitMasks.add(maskOf(output));
  return isLost ? undefined : { cost: largest(costMasks), fit: largest(fitMasks) };
}

const maskOf = ({ channels, area }: KnownShape): Mask => channels.mask | area.mask;

const joinedShape = (name: string, shapes: readonly KnownShape[], mask: Mask): KnownShape => ({
  channels: joined(
    name,
    shapes.map(({ channels }) => channels),
    mask,
  ),
  area: joined(
    name,
    shapes.map(({ area }) => area),
    mask,
  ),
});

function sum(parts: readonly Known[]): Known {
  const values = parts.map(only);
  return values.every((value) => typeof value === "number")
    ? constant(values.reduce((total, value) => total + value, 0))
    : mixed("sum", parts);
}

const onePixel = constant([1, 1]);

/** What is known of a layer's output. */
function behind(word: string, from: KnownShape, given: ReadonlyMap<string, Known>): KnownShape {
  const { channels, area } = from;
  const window = (usual: number, stride?: number) => {
    const kernel = given.get("k") ?? constant(usual);
    const padding = given.get("p");
    const step = given.get("s") ?? (stride === undefined ? kernel : constant(stride));
    return windowed(area, { kernel, stride: step, ...(padding !== undefined && { padding }) });
  };
  switch (word) {
    case "conv":
      return { channels: given.get("c") as Known, area: window(1, 1) };
    case "dw":
      return { channels, area: window(3, 1) };
    case "maxpool":
    case "avgpool":
      return { channels, area: window(1) };
    case "zero":
      return {
        channels: given.get("c") ?? channels,
        area: windowed(area, { kernel: constant(1), stride: given.get("s") ?? constant(1) }),
      };
    case "upsample":
      return { channels, area: mixed("upsample", [area, given.get("by") as Known]) };
    case "globalpool":
      return { channels, area: onePixel };
    case "flatten":
      return {
        channels: String(only(area)) === "1,1" ? channels : mixed("flat", [channels, area]),
        area: onePixel,
      };
    case "linear":
      return { channels: given.get("c") as Known, area: onePixel };
    case "slice":
      return { channels: mixed("slice", [given.get("from") as Known, given.get("to") as Known]), area };
    default:
      return from;
  }
}

/** The sets that are part of no other, each as a list. */
function largest(masks: ReadonlySet<Mask>): readonly (readonly number[])[] {
  const all = [...masks].filter((mask) => mask !== 0n);
  const kept = all.filter((mask) => !all.some((other) => other !== mask && (other & mask) === mask));
  return kept.map((mask) => {
    const members: number[] = [];
    for (let index = 0; mask >> BigInt(index) > 0n; index += 1)
      if ((mask >> BigInt(index)) & 1n) members.push(index);
    return members;
  });
}
