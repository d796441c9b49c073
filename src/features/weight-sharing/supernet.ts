// The supernet of a space: one network that holds every option of every decision, with a mixture where the options of a
// decision come together. It is derived from the space's own `decode`, by comparing the networks that differ in one
// decision, so a space needs nothing for it; and it is checked against `decode`, so a space that does not fit is refused
// instead of being searched wrongly. It must not know how the shares of the mixtures are found.
import { GeniusError } from "../../base/errors.ts";
import { createRandom } from "../../base/random.ts";
import type { NetworkNode, Operation } from "../../graph/network.ts";
import { inferShapes, type Shapes } from "../../graph/shapes.ts";
import type { Choices, Space } from "../../search/space.ts";

export interface Supernet {
  readonly space: Space;
  /** With a `mixture` wherever a decision counts; its inputs are the options in their order. */
  readonly nodes: readonly NetworkNode[];
  /** Where the shares of each decision begin; all mixtures of a decision read the same shares. */
  readonly firstShares: readonly number[];
  readonly shareCount: number;
  /** The supernet's node that does the work of node `id` in the network of `choices`: same weights by name. */
  nodeOf(id: string, choices: Choices): string;
}

interface Source {
  readonly nodes: ReadonlyMap<string, NetworkNode>;
  readonly shapes: Shapes;
  readonly last: string;
}

/** Designs that the finished supernet is compared with, besides every single change of the base. */
const checkedDesigns = 32;

/**
 * Builds the supernet of a space whose decisions choose operations that do not change the shapes around them.
 * @throws GeniusError `wrong-use`, which names the decision that does not fit.
 */
export function createSupernet(space: Space): Supernet {
  const base = baseOf(space);
  const at = (decision: number, option: number) => base.with(decision, option);
  const read = (choices: Choices): Source => {
    const { nodes } = space.decode(choices);
    return {
      nodes: new Map(nodes.map((node) => [node.id, node])),
      shapes: inferShapes(nodes),
      last: nodes.at(-1)!.id,
    };
  };
  const variants = space.decisions.map((decision, index) =>
    decision.options.map((_, option) => read(at(index, option))),
  );
  const owners = new Map<string, number>();
  for (const [decision, sources] of variants.entries()) {
    for (const id of changedNodes(sources)) {
      const other = owners.get(id);
      if (other !== undefined)
        throw unfit(space, decision, `it changes "${id}", as ${name(space, other)} does`);
      owners.set(id, decision);
    }
  }
  const firstShares: number[] = [];
  let shareCount = 0;
  for (const { options } of space.decisions) {
    firstShares.push(shareCount);
    shareCount += options.length;
  }

  const mixtures = mixturesOf(space, variants, { owners, base: read(base) });
  const result = new Map<string, NetworkNode>();
  /** The node that stands for `id` where it is read by a node of `reader`, or by one that no decision owns. */
  const resolve = (id: string, reader: { decision: number; option: number } | undefined): string => {
    const owner = owners.get(id);
    if (owner === undefined) return id;
    if (owner === reader?.decision) return optionName(id, reader.option);
    return mixtureName(id);
  };
  for (const [decision, sources] of variants.entries()) {
    for (const [option, { nodes }] of sources.entries()) {
      for (const { id, inputs, op } of nodes.values()) {
        const owner = owners.get(id);
        if (owner === undefined && !result.has(id))
          result.set(id, { id, op, inputs: inputs.map((input) => resolve(input, undefined)) });
        if (owner !== decision) continue;
        const own = optionName(id, option);
        result.set(own, {
          id: own,
          op,
          inputs: inputs.map((input) => resolve(input, { decision, option })),
        });
      }
    }
  }
  for (const { decision, output, sources } of mixtures) {
    const id = mixtureName(output);
    const op = { kind: "mixture", firstShare: firstShares[decision]! } as const;
    result.set(id, {
      id,
      op,
      inputs: sources.map((source, option) => resolve(source, { decision, option })),
    });
  }
  const supernet: Supernet = {
    space,
    nodes: inOrder(space, result, resolve(read(base).last, undefined)),
    firstShares,
    shareCount,
    nodeOf(id, choices) {
      const owner = owners.get(id);
      return owner === undefined ? id : optionName(id, choices[owner]!);
    },
  };
  check(supernet, base);
  return supernet;
}

/** The supernet's nodes that a design uses: each mixture stands aside for the option that was chosen. */
export function pathNodes({ nodes, firstShares }: Supernet, choices: Choices): readonly NetworkNode[] {
  const chosen = new Map(firstShares.map((first, decision) => [first, choices[decision]!]));
  const standsFor = new Map<string, string>();
  const path = new Map<string, NetworkNode>();
  for (const { id, inputs, op } of nodes) {
    const sources = inputs.map((input) => standsFor.get(input) ?? input);
    if (op.kind === "mixture") standsFor.set(id, sources[chosen.get(op.firstShare)!]!);
    else path.set(id, { id, inputs: sources, op });
  }
  const last = nodes.at(-1)!.id;
  return live(path, standsFor.get(last) ?? last);
}

/** One option a decision, such that what an option does is there to be seen: the one with the most nodes. */
function baseOf(space: Space): Choices {
  let base: Choices = space.decisions.map(() => 0);
  for (const [decision, { options }] of space.decisions.entries()) {
    const sizes = options.map((_, option) => space.decode(base.with(decision, option)).nodes.length);
    base = base.with(decision, sizes.indexOf(Math.max(...sizes)));
  }
  return base;
}

/** The nodes that not every option has, or that do something else, or on other shapes, in one of them. */
function changedNodes(sources: readonly Source[]): ReadonlySet<string> {
  const changed = new Set<string>();
  const said = ({ nodes, shapes }: Source, id: string) => {
    const node = nodes.get(id);
    return node && JSON.stringify([node.op, node.inputs.map((input) => shapes.get(input)), shapes.get(id)]);
  };
  for (const id of new Set(sources.flatMap(({ nodes }) => [...nodes.keys()]))) {
    if (new Set(sources.map((source) => said(source, id))).size > 1) changed.add(id);
  }
  return changed;
}

interface Mixture {
  readonly decision: number;
  /** The node whose output the mixture takes the place of, for readers outside. */
  readonly output: string;
  /** What the reader reads instead under each option. */
  readonly sources: readonly string[];
}

/** Where nodes that a decision does not own read one that it does: there its options come together. */
function mixturesOf(
  space: Space,
  variants: readonly (readonly Source[])[],
  given: { readonly owners: ReadonlyMap<string, number>; readonly base: Source },
): readonly Mixture[] {
  const { owners, base } = given;
  const mixtures = new Map<string, Mixture>();
  const meet = (decision: number, output: string, sources: readonly string[]) => {
    const differs = sources.some((source) => source !== output);
    if (owners.get(output) !== decision) {
      if (differs)
        throw unfit(space, decision, `what it does at "${output}" cannot be distinguished from other parts`);
      return;
    }
    const known = mixtures.get(output);
    if (known !== undefined && known.sources.join() !== sources.join()) {
      throw unfit(space, decision, `"${output}" is read by nodes that its options change in different ways`);
    }
    mixtures.set(output, { decision, output, sources });
  };
  for (const [decision, sources] of variants.entries()) {
    for (const { id, inputs } of base.nodes.values()) {
      if (owners.get(id) === decision) continue;
      for (const [place, input] of inputs.entries()) {
        meet(
          decision,
          input,
          sources.map(({ nodes }) => nodes.get(id)!.inputs[place]!),
        );
      }
    }
    meet(
      decision,
      base.last,
      sources.map(({ last }) => last),
    );
  }
  return [...mixtures.values()];
}

/** Every node after those that it reads. */
function inOrder(
  space: Space,
  nodes: ReadonlyMap<string, NetworkNode>,
  last: string,
): readonly NetworkNode[] {
  for (const { id, inputs } of nodes.values()) {
    const missing = inputs.find((input) => !nodes.has(input));
    if (missing === undefined) continue;
    throw new GeniusError(
      "wrong-use",
      `${space.name} has no supernet: "${id}" reads "${missing}", where no options come together.`,
    );
  }
  return live(nodes, last);
}

function live(nodes: ReadonlyMap<string, NetworkNode>, last: string): readonly NetworkNode[] {
  const ordered = new Map<string, NetworkNode>();
  const visit = (id: string) => {
    if (ordered.has(id)) return;
    const node = nodes.get(id)!;
    node.inputs.forEach(visit);
    ordered.set(id, node);
  };
  // The input first, even where a network's first operation needs none of it.
  for (const { id, op } of nodes.values()) if (op.kind === "input") visit(id);
  visit(last);
  return [...ordered.values()];
}

/** Paths must be what `decode` gives: for every change of one decision, and for designs drawn at random. */
function check(supernet: Supernet, base: Choices): void {
  const { space } = supernet;
  const random = createRandom("supernet", space.name);
  const designs = space.decisions.flatMap(({ options }, decision) =>
    options.map((_, option) => base.with(decision, option)),
  );
  for (let count = 0; count < checkedDesigns; count += 1)
    designs.push(space.decisions.map(({ options }) => random.integer(options.length)));
  for (const choices of designs) {
    const nodes = space.decode(choices).nodes;
    const renamed = nodes.map(({ id, inputs, op }) => ({
      id: supernet.nodeOf(id, choices),
      inputs: inputs.map((input) => supernet.nodeOf(input, choices)),
      op,
    }));
    const wanted = live(new Map(renamed.map((node) => [node.id, node])), renamed.at(-1)!.id);
    if (wordsOf(wanted) !== wordsOf(pathNodes(supernet, choices))) {
      throw new GeniusError(
        "wrong-use",
        `${space.name} has no supernet: its decisions work together, as in ${choices.join(",")}, where one path through all options is another network. Search it with a strategy that trains every design.`,
      );
    }
  }
}

function wordsOf(
  nodes: readonly {
    readonly id: string;
    readonly inputs: readonly string[];
    readonly op: Operation | NetworkNode["op"];
  }[],
): string {
  return JSON.stringify(nodes.map(({ id, inputs, op }) => [id, inputs, op]).sort());
}

const optionName = (id: string, option: number) => `${id}@${option}`;
const mixtureName = (id: string) => `${id}@mixture`;
const name = (space: Space, decision: number) => space.decisions[decision]!.name;

function unfit(space: Space, decision: number, reason: string): GeniusError {
  return new GeniusError(
    "wrong-use",
    `${space.name} has no supernet: decision ${name(space, decision)} is no choice between operations on the same maps: ${reason}. Weight sharing fits nas-bench-201, nas-bench-macro and spaces like them.`,
  );
}
