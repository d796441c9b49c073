// The space around a network: its text with alternatives for what may be larger or smaller – the widths of its layers, how often
// a block is repeated, kernels of 3 and 5 – such that the network itself is one of the designs. Which of them fit together is
// left to the proof of the space: numbers that do not fit alone share one decision, and else stay as they are.
import { GeniusError } from "../base/errors.ts";
import type { Block, Chain, Expression, Item, Statement } from "./program.ts";
import { readProgram } from "./read.ts";
import { spaceOfText, type TextSpaceOptions } from "./space.ts";

export interface SpaceAround {
  /** The text of the space. */
  readonly text: string;
  /** The design that is the network. */
  readonly choices: readonly number[];
}

type Role = "width" | "kernel" | "depth" | "ratio";

/** A number of the text that may change. */
interface Site {
  readonly role: Role;
  readonly offset: number;
  /** 0 where something is put in. */
  readonly length: number;
  readonly before: string;
  /** "=" behind a letter, where a name or a sum takes the place of the number: k=w1 for k3. */
  readonly sign: string;
  readonly value: number;
  readonly options: readonly number[];
}

const unique = (values: readonly number[]) => [...new Set(values)].sort((a, b) => a - b);

function widthsAround(value: number): readonly number[] {
  const step = value >= 64 ? 8 : value >= 16 ? 4 : value >= 8 ? 2 : 1;
  const near = [0.5, 0.75, 1.25, 1.5].map((factor) =>
    Math.max(step, step * Math.round((value * factor) / step)),
  );
  return unique([value, ...near]);
}

function optionsOf(role: Role, value: number): readonly number[] {
  if (!Number.isInteger(value)) return [];
  switch (role) {
    case "width":
      return value < 4 ? [] : widthsAround(value);
    case "kernel":
      return value >= 3 && value <= 7 && value % 2 === 1 ? unique([3, 5, value]) : [];
    case "depth":
      return unique([Math.max(1, value - 1), value, value + 1]);
    case "ratio":
      return value < 2
        ? []
        : unique([
            Math.max(1, Math.round(value * 0.5)),
            Math.round(value * 0.75),
            value,
            Math.ceil(value * 1.25),
          ]);
    default:
      return role satisfies never;
  }
}

/** What a parameter of a block is used as. */
function roleOf(block: Block, name: string): Role | undefined {
  const found: Role[] = [];
  const holds = (expression: Expression): boolean =>
    expression.kind === "arithmetic"
      ? holds(expression.left) || holds(expression.right)
      : expression.kind === "name" && expression.name === name;
  const visit: Visitor = {
    value(role, expression) {
      if (!holds(expression)) return;
      found.push(role === "width" && expression.kind === "arithmetic" && reads(expression) ? "ratio" : role);
    },
    item() {},
  };
  for (const statement of block.body) walkStatement(statement, visit);
  return found[0];
}

/** Whether a width is a multiple of the channels that come in. */
const reads = (expression: Expression): boolean =>
  expression.kind === "arithmetic"
    ? reads(expression.left) || reads(expression.right)
    : expression.kind === "channels";

interface Visitor {
  value(role: Role, expression: Expression): void;
  item(item: Item): void;
}

function walkStatement(statement: Statement, visitor: Visitor): void {
  if (statement.kind !== "value") walkChain(statement.chain, visitor);
}

function walkChain({ items }: Chain, visitor: Visitor): void {
  for (const item of items) {
    visitor.item(item);
    if (item.times !== undefined) visitor.value("depth", item.times);
    switch (item.kind) {
      case "layer": {
        const names = item.arguments.map(({ name }) => name);
        for (const { name, value } of item.arguments) {
          if (name === "c" && (item.word === "conv" || item.word === "linear")) visitor.value("width", value);
          // With a padding of its own a larger kernel would make the map smaller.
          const isKernel =
            name === "k" && !names.includes("p") && (item.word === "conv" || item.word === "dw");
          if (isKernel) visitor.value("kernel", value);
        }
        break;
      }
      case "call":
        for (const { name, value } of item.arguments) {
          const role = roleOf(item.block, name);
          if (role !== undefined) visitor.value(role, value);
        }
        break;
      case "merge":
        for (const branch of item.branches) walkChain(branch, visitor);
        break;
      case "residual":
        walkChain(item.main, visitor);
        if (item.other !== undefined) walkChain(item.other, visitor);
        break;
      case "group":
        walkChain(item.chain, visitor);
        break;
      case "pick":
        for (const option of item.options) walkChain(option, visitor);
        break;
      default:
        item satisfies never;
    }
  }
}

/** The numbers of a text that may change, in its order. */
function sitesOf(text: string, source: string): readonly Site[] {
  const program = readProgram(text, source);
  const [open] = program.choices;
  if (open !== undefined) {
    throw new GeniusError(
      "wrong-use",
      `${source} has alternatives, so it is a space: search it with --space. What a search starts from is one network.`,
    );
  }
  const sites = new Map<number, Site>();
  const blocks = new Set<Block>();
  const add = (given: Omit<Site, "options" | "sign">) => {
    const site = {
      ...given,
      sign: given.before !== "" || /[A-Za-z_]/.test(text[given.offset - 1] ?? "") ? "=" : "",
    };
    const options = optionsOf(site.role, site.value);
    if (options.length > 1 && !sites.has(site.offset)) sites.set(site.offset, { ...site, options });
  };
  const number = (role: Role, expression: Expression): void => {
    if (expression.kind === "arithmetic") {
      if (role === "width" && reads(expression))
        for (const part of [expression.left, expression.right]) number("ratio", part);
      return;
    }
    if (expression.kind !== "number" || expression.offset === undefined) return;
    const length = /^\d+(?:\.\d+)?/.exec(text.slice(expression.offset))?.[0].length ?? 0;
    if (length > 0) add({ role, offset: expression.offset, length, before: "", value: expression.value });
  };
  const visitor: Visitor = {
    value: number,
    item(item) {
      if (item.kind === "call") {
        if (item.times === undefined && hasResidual(item.block)) {
          const last = item.arguments.at(-1)?.offset ?? item.offset;
          const end = last + (/^[^\s(){}|,#]+/.exec(text.slice(last))?.[0].length ?? 0);
          add({ role: "depth", offset: end, length: 0, before: " x", value: 1 });
        }
        visitBlock(item.block);
      }
      const usesUsual =
        item.kind === "layer" &&
        item.word === "dw" &&
        item.arguments.every(({ name }) => name !== "k" && name !== "p");
      if (usesUsual)
        add({ role: "kernel", offset: item.offset + item.word.length, length: 0, before: " k", value: 3 });
    },
  };
  function visitBlock(block: Block): void {
    if (blocks.has(block)) return;
    blocks.add(block);
    for (const { name, fallback } of block.parameters) {
      const role = roleOf(block, name);
      if (role !== undefined && fallback !== undefined) number(role, fallback);
    }
    for (const statement of block.body) walkStatement(statement, visitor);
  }
  const flows = program.body.filter(({ kind }) => kind === "flow");
  const last = flows.at(-1);
  for (const statement of program.body) {
    if (statement.kind === "value") continue;
    // The scores of the classes stay as many as they are.
    const items = statement === last ? statement.chain.items.slice(0, -1) : statement.chain.items;
    walkChain({ ...statement.chain, items }, visitor);
  }
  return [...sites.values()].sort((a, b) => a.offset - b.offset);
}

const hasResidual = ({ body }: Block): boolean =>
  body.some(
    (statement) => statement.kind === "flow" && statement.chain.items.some(({ kind }) => kind === "residual"),
  );

/** Sites whose numbers share one decision: the same number, or all in the same proportion. */
interface Tie {
  readonly sites: readonly Site[];
  readonly kind: "alone" | "same" | "scaled";
}

const eighths = [4, 6, 8, 10, 12];

/** What a tie writes: the line of its shared number, and what stands at each site. Undefined where it leaves nothing open. */
function writtenTie({ sites, kind }: Tie, name: string) {
  const [first] = sites as readonly [Site];
  if (kind === "alone") return { line: "", at: () => `${first.before}{${first.options.join("|")}}` };
  if (kind === "same")
    return {
      line: `${name} = {${first.options.join("|")}}\n`,
      at: ({ before, sign }: Site) => `${before}${sign}${name}`,
    };
  const options = eighths.filter((eighth) =>
    sites.every(({ value }) => Number.isInteger((value * eighth) / 8)),
  );
  if (options.length < 2) return undefined;
  return {
    line: `${name} = {${options.join("|")}}\n`,
    at: ({ value, sign }: Site) => `${sign}${value}*${name}/8`,
  };
}

/** The text with the ties written into it. */
function withTies(text: string, ties: readonly Tie[]): string {
  const edits: { readonly site: Site; readonly written: string }[] = [];
  let lines = "";
  let shared = 0;
  for (const tie of ties) {
    const written = writtenTie(tie, `w${shared + 1}`);
    if (written === undefined) continue;
    if (written.line !== "") shared += 1;
    lines += written.line;
    for (const site of tie.sites) edits.push({ site, written: written.at(site) });
  }
  let result = text;
  for (const { site, written } of edits.sort((a, b) => b.site.offset - a.site.offset))
    result = `${result.slice(0, site.offset)}${written}${result.slice(site.offset + site.length)}`;
  // A byte order mark is at the beginning only.
  return lines + result.replace(/^\uFEFF/, "");
}

/**
 * The space around the network of a text.
 * @param source How errors call the text, such as its file.
 * @throws GeniusError `bad-file` for a text with mistakes, `wrong-use` for one with alternatives or without anything to change.
 */
export function spaceAround(text: string, source: string, options: TextSpaceOptions = {}): SpaceAround {
  const sites = sitesOf(text, source);
  const fits = (ties: readonly Tie[]): boolean => {
    try {
      const definition = spaceOfText(withTies(text, ties), source);
      definition.create(definition.options.parse(onlyKnown(definition.options, options)));
      return true;
    } catch (thrown) {
      if (thrown instanceof GeniusError) return false;
      throw thrown;
    }
  };
  // A mistake of the text itself is told.
  const plain = spaceOfText(text, source);
  plain.create(plain.options.parse(onlyKnown(plain.options, options)));
  const ties = acceptedTies(sites, fits);
  const around = withTies(text, ties);
  const { choices } = readProgram(around, source);
  if (choices.length === 0)
    throw new GeniusError(
      "wrong-use",
      `${source} leaves nothing to change: no width, repeat or kernel of it can be another without the rest. Write alternatives into it, and search it with --space.`,
    );
  return {
    text: around,
    choices: originals(
      ties,
      choices.map(({ options: written }) => written),
    ),
  };
}

function onlyKnown(schema: unknown, options: TextSpaceOptions): object {
  const shape = (schema as { readonly shape?: object }).shape ?? {};
  return Object.fromEntries(
    Object.entries(options).filter(([name, value]) => name in shape && value !== undefined),
  );
}

/** As many decisions as fit together: numbers alone, then equal ones together, then all in proportion. */
function acceptedTies(sites: readonly Site[], fits: (ties: readonly Tie[]) => boolean): readonly Tie[] {
  const alone = sites.map((site): Tie => ({ sites: [site], kind: "alone" }));
  if (fits(alone)) return alone;
  const accepted: Tie[] = [];
  const clashing: Site[] = [];
  // By halves: most fit, and each trial proves a whole space.
  const take = (some: readonly Tie[]): void => {
    if (some.length === 0) return;
    if (fits([...accepted, ...some])) accepted.push(...some);
    else if (some.length === 1) clashing.push(...some.flatMap((tie) => tie.sites));
    else {
      const middle = some.length >> 1;
      take(some.slice(0, middle));
      take(some.slice(middle));
    }
  };
  take(alone);
  const groups = Map.groupBy(clashing, ({ role, value }) => `${role} ${value}`);
  const left: Site[] = [];
  for (const group of groups.values()) {
    const [first] = group as unknown as readonly [Site];
    // With those of the same number that were fine alone, where that helps.
    const mates = accepted.filter(
      ({ kind, sites: [site] }) =>
        kind === "alone" && site?.role === first.role && site.value === first.value,
    );
    const wider: Tie = { sites: [...group, ...mates.flatMap((tie) => tie.sites)], kind: "same" };
    const rest = accepted.filter((tie) => !mates.includes(tie));
    if (group.length > 1 && fits([...accepted, { sites: group, kind: "same" }]))
      accepted.push({ sites: group, kind: "same" });
    else if (mates.length > 0 && fits([...rest, wider])) accepted.splice(0, accepted.length, ...rest, wider);
    else left.push(...group);
  }
  const widths = left.filter(({ role }) => role === "width");
  const others = accepted.filter(({ sites: [site] }) => site?.role !== "width");
  const all: Tie = { sites: sites.filter(({ role }) => role === "width"), kind: "scaled" };
  if (widths.length > 0) {
    const tie: Tie = { sites: widths, kind: "scaled" };
    if (writtenTie(tie, "w") !== undefined && fits([...accepted, tie])) accepted.push(tie);
    // One number for all widths is more than most of them fixed.
    else if (
      2 * widths.length > all.sites.length &&
      writtenTie(all, "w") !== undefined &&
      fits([...others, all])
    )
      return [...others, all];
  }
  return accepted;
}

/** For each choice the option that is the number of before: shared numbers come first, and then the others in their order. */
function originals(
  ties: readonly Tie[],
  optionsOfChoices: readonly (readonly string[])[],
): readonly number[] {
  const written = ties.filter((tie) => writtenTie(tie, "w") !== undefined);
  const shared = written.filter(({ kind }) => kind !== "alone");
  const alone = written.filter(({ kind }) => kind === "alone").flatMap(({ sites }) => sites);
  const values = [
    ...shared.map(({ kind, sites: [site] }) => (kind === "scaled" ? 8 : site?.value)),
    ...alone.toSorted((a, b) => a.offset - b.offset).map(({ value }) => value),
  ];
  return optionsOfChoices.map((options, index) => options.indexOf(String(values[index])));
}
