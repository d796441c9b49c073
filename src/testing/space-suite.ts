// What every search space must hold to, as checks that throw: each is run over every member of the catalog, and a
// plug-in's author runs them over a space of their own. They draw designs at random from a fixed seed, and every draw
// takes part, so that a decision which is never decoded cannot hide.
import assert from "node:assert/strict";
import { createRandom, type Random } from "../base/random.ts";
import { canonicalKey } from "../graph/canonical.ts";
import { networkCost, nodeCosts } from "../graph/cost.ts";
import type { Network } from "../graph/network.ts";
import { spaceOfText } from "../language/index.ts";
import { keyOf, parseChoices, toDigits } from "../search/choices.ts";
import {
  anyDesign,
  createDomain,
  largestFeasible,
  neighbours,
  reachOf,
  smallestFeasible,
} from "../search/constraints/create-domain.ts";
import type { DesignCost, Limits } from "../search/constraints/domain.ts";
import type { Choices, Space, SpaceDefinition } from "../search/space.ts";
import type { Check } from "./check.ts";

export interface SpaceSetting {
  /** Designs that each check draws; 20 by default. */
  readonly designs?: number;
  /** Makes the drawn designs differ from those of another run. */
  readonly seed?: number | string;
}

/** The contract's checks for a space made with `options`. */
export function spaceChecks<Options>(
  definition: SpaceDefinition<Options>,
  options: Options,
  { designs = 20, seed = "suite" }: SpaceSetting = {},
): readonly Check[] {
  const space = definition.create(options);
  const open = createDomain(space, {});
  /** The corners, where off-by-one errors live, and designs drawn at random. */
  const drawn = (name: string, count = designs): readonly Choices[] => {
    const random = createRandom(seed, name);
    const first = space.decisions.map(() => 0);
    const last = space.decisions.map(({ options: of }) => of.length - 1);
    return [first, last, ...Array.from({ length: count }, () => anyDesign(space, random))];
  };
  const words = (choices: Choices) => `${space.name} ${keyOf(space, choices)}`;

  return [
    {
      name: "describes itself, each decision and each option once, in JSON",
      run: async () => {
        assert.deepEqual(JSON.parse(JSON.stringify(space.decisions)), space.decisions);
        assert.equal(space.name, definition.name, "the space has another name than its definition");
        for (const text of [definition.summary, definition.source, space.summary]) assert.ok(text.length > 3);
        assert.ok(space.decisions.length > 0, "a space without decisions");
        const names = space.decisions.map(({ name }) => name);
        assert.equal(new Set(names).size, names.length, `a decision's name occurs twice in ${names}`);
        for (const { name, meaning, options: of, kind } of space.decisions) {
          assert.ok(
            meaning.length > 15,
            `${name}: the meaning says too little for a language model: "${meaning}"`,
          );
          assert.ok(of.length > 1, `${name} has one option only, and so decides nothing`);
          assert.equal(
            new Set(of.map(({ label }) => label)).size,
            of.length,
            `${name}: a label occurs twice`,
          );
          const values = of.flatMap(({ value }) => value ?? []);
          if (kind !== "ordinal" || values.length < of.length) continue;
          const sorted = values.toSorted((a, b) => a - b);
          const isInOrder = [sorted, sorted.toReversed()].some((order) => order.join() === values.join());
          assert.ok(isInOrder, `${name} is ordinal, and its values are not in order: ${values}`);
        }
      },
    },
    {
      name: "decodes every design to a network with its input and classes, the same each time",
      run: async () => {
        for (const choices of drawn("decode")) {
          const network = space.decode(choices);
          const costs = nodeCosts(network);
          assert.deepEqual(costs[0]?.shape, space.input, words(choices));
          assert.deepEqual(costs.at(-1)?.shape, [space.classCount, 1, 1], words(choices));
          assert.deepEqual(
            JSON.parse(JSON.stringify(network)),
            network,
            `${words(choices)} is not plain JSON`,
          );
          assert.deepEqual(space.decode(choices), network, `${words(choices)} is decoded differently twice`);
        }
      },
    },
    {
      name: "has no decision without effect",
      run: async () => {
        for (const [index, decision] of space.decisions.entries()) {
          const random = createRandom(seed, "effect", index);
          const changes = (choices: Choices) =>
            decision.options.some((_, option) => {
              const other = choices.with(index, option);
              return option !== choices[index] && effectOf(space, other) !== effectOf(space, choices);
            });
          // Below a skipped layer a decision may change nothing; in none of many designs it must not.
          const found = Array.from({ length: 200 }).some(() => changes(anyDesign(space, random)));
          assert.ok(found, `${decision.name} changed nothing in 200 designs`);
        }
      },
    },
    {
      name: "gives each training hyperparameter by its decisions, and architecture decisions change none",
      run: async () => {
        const trained = space.decisions.filter(({ about }) => about === "training");
        assert.equal(space.hyperparameters !== undefined, trained.length > 0);
        for (const choices of drawn("hyperparameters")) {
          const values = space.hyperparameters?.(choices) ?? {};
          for (const [name, value] of Object.entries(values))
            assert.ok(Number.isFinite(value), `${name}: ${value}`);
          for (const [index, { about, options: of }] of space.decisions.entries()) {
            const other = choices.with(index, ((choices[index] as number) + 1) % of.length);
            if (about === "training")
              assert.deepEqual(networkCost(space.decode(other)), networkCost(space.decode(choices)));
            else assert.deepEqual(space.hyperparameters?.(other) ?? {}, values);
          }
        }
      },
    },
    {
      name: "knows each design's cost exactly as its graph has it",
      run: async () => {
        for (const choices of drawn("cost")) {
          const { paramCount, macCount } = networkCost(space.decode(choices));
          assert.deepEqual(open.costOf(choices), { paramCount, macCount }, words(choices));
          assert.ok(Number.isSafeInteger(paramCount) && Number.isSafeInteger(macCount), words(choices));
        }
        for (const scope of space.costScopes ?? [])
          for (const index of scope)
            assert.ok(space.decisions[index] !== undefined, `a cost scope names ${index}`);
      },
    },
    {
      name: "writes and reads designs as digits, lists and in its own notation",
      run: async () => {
        const texts = new Map<string, string>();
        for (const choices of drawn("key", 2 * designs)) {
          const digits = toDigits(space, choices);
          const ways = [keyOf(space, choices), digits.join(","), `[${digits.join(", ")}]`];
          if (space.tableKey !== undefined && space.networks === undefined)
            ways.push(space.tableKey(choices));
          for (const text of ways) assert.deepEqual(parseChoices(space, text), choices, `"${text}"`);
          const key = keyOf(space, choices);
          assert.ok((texts.get(key) ?? choices.join()) === choices.join(), `two designs have the key ${key}`);
          texts.set(key, choices.join());
        }
      },
    },
    {
      name: "gives vectors of one network one key, and other networks another",
      run: async () => {
        const { networks } = space;
        const byKey = new Map<string, string>();
        for (const choices of drawn("networks", 10 * designs)) {
          const key = networks?.keyOf(choices) ?? choices.join();
          // Two designs of one network that differ in their training are two.
          const training = JSON.stringify(space.hyperparameters?.(choices) ?? {});
          const text = `${canonicalKey(space.decode(choices))} ${training}`;
          assert.equal(byKey.get(key) ?? text, text, `two networks have the key ${key}`);
          byKey.set(key, text);
          if (networks !== undefined && space.tableKey !== undefined) {
            const read = parseChoices(space, space.tableKey(choices));
            assert.equal(networks.keyOf(read), key, words(choices));
          }
        }
        assert.equal(
          new Set(byKey.values()).size,
          byKey.size,
          "two designs are one network, and the space's `networks` does not say so",
        );
        assert.ok(
          byKey.size <= (networks?.count ?? Number.POSITIVE_INFINITY),
          `${byKey.size} networks, and the space says ${networks?.count}`,
        );
      },
    },
    {
      name: "says itself as a text in which the same choices are the same network, if it does",
      run: async () => {
        const said = space.asText?.();
        if (said === undefined || "unsayable" in said) return;
        const { classCount, isText } = space;
        const text = spaceOfText(said.text, `the text of ${space.name}`);
        // A text of one's own may leave the input to the data.
        const given = isText === true ? options : { classCount };
        const read = text.create(text.options.parse(/\bclasses\b/.test(said.text) ? given : {}));
        const counts = (of: Space) => of.decisions.map((decision) => decision.options.length);
        assert.deepEqual(counts(read), counts(space), "the text has other decisions");
        const costs = createDomain(read, {});
        for (const choices of drawn("text")) {
          const [own, other] = [space, read].map((of) => of.decode(choices)) as [Network, Network];
          assert.equal(canonicalKey(other), canonicalKey(own), words(choices));
          assert.deepEqual(costs.costOf(choices), open.costOf(choices), words(choices));
        }
      },
    },
    {
      name: "refuses a design with a choice too many, too few, too large or too small",
      run: async () => {
        for (const choices of drawn("refuse", 3)) {
          const digits = toDigits(space, choices);
          const first = digits[0] as number;
          const beyond = space.firstDigit + (space.decisions[0]?.options.length as number);
          const wrong = [
            digits.slice(1),
            [...digits, first],
            digits.with(0, beyond),
            digits.with(0, space.firstDigit - 1),
            digits.with(0, first + 0.5),
          ];
          for (const bad of wrong) {
            const text = bad.join(",");
            // What is no list of digits may be the space's own notation; then it is a design all the same.
            const read = space.parse?.(text);
            if (read !== undefined) assert.equal(read.length, space.decisions.length, text);
            else assert.throws(() => parseChoices(space, text), { code: "bad-choices" }, text);
          }
        }
      },
    },
    {
      name: "has neighbours that differ in one decision, all of them and no other",
      run: async () => {
        const count = space.decisions.reduce((sum, { options: of }) => sum + of.length - 1, 0);
        for (const choices of drawn("neighbours", 5)) {
          const found = neighbours(space, choices);
          assert.equal(new Set(found.map(String)).size, count, words(choices));
          for (const other of found) {
            assert.equal(other.filter((choice, index) => choice !== choices[index]).length, 1);
            for (const [index, choice] of other.entries())
              assert.ok(space.decisions[index]?.options[choice] !== undefined);
          }
        }
      },
    },
    {
      name: "has a rule, if any, that says why, says the same each time and allows some design",
      run: async () => {
        if (space.allows === undefined) return;
        for (const choices of drawn("rule", 10 * designs)) {
          const said = space.allows(choices);
          assert.ok(
            said === true || said.length > 3,
            `${words(choices)}: the rule says ${JSON.stringify(said)}`,
          );
          assert.equal(space.allows(choices), said, `${words(choices)}: the rule says two things`);
          assert.equal(open.isFeasible(choices), said === true, words(choices));
        }
        assert.ok(open.sample(createRandom(seed, "rule")) !== undefined, "the rule allows no design");
      },
    },
    {
      name: "draws, repairs and finds extremes within limits, and never outside",
      run: async () => {
        const random = createRandom(seed, "limits");
        const costs = drawn("limits", Math.max(8, designs))
          .map((choices) => open.repair(choices) as Choices)
          .map(open.costOf);
        for (let round = 0; round < 4; round += 1) {
          const limits = limitsAround(costs, random, round);
          const domain = createDomain(space, limits);
          const says = `${space.name} within ${JSON.stringify(limits)}`;
          const allowed = (choices: Choices | undefined, how: string) => {
            assert.ok(choices !== undefined, `${says}: ${how} found none, though a drawn design is allowed`);
            const cost = networkCost(space.decode(choices));
            assert.ok(
              isWithin(cost, limits),
              `${says}: ${how} gave ${keyOf(space, choices)} (${JSON.stringify(cost)})`,
            );
            assert.deepEqual(domain.violations(choices), [], says);
            assert.ok(
              (space.allows?.(choices) ?? true) === true,
              `${says}: ${how} gave what the rule forbids`,
            );
            return choices;
          };
          for (let draw = 0; draw < 5; draw += 1) allowed(domain.sample(random), "sampling");
          for (const choices of drawn(`repair ${round}`, 3)) {
            const repaired = allowed(domain.repair(choices), "repairing");
            if (domain.isFeasible(choices))
              assert.deepEqual(repaired, choices, `${says}: repaired what was right`);
          }
          for (const by of ["macCount", "paramCount"] as const) {
            const least = open.costOf(allowed(smallestFeasible(domain, by), "the smallest"))[by];
            const most = open.costOf(allowed(largestFeasible(domain, by), "the largest"))[by];
            assert.ok(least <= most, `${says}: the smallest has ${least} and the largest ${most} (${by})`);
            const inside = costs.filter((cost) => isWithin(cost, limits)).map((cost) => cost[by]);
            // In a space too large to settle, the extremes are the best found; in all others no design lies beyond.
            if (space.costScopes !== undefined && countOf(space) <= 20_000)
              for (const cost of inside)
                assert.ok(cost >= least && cost <= most, `${says}: ${cost} lies beyond`);
          }
        }
      },
    },
    {
      name: "allows nothing below its smallest and above its largest design",
      run: async () => {
        const reach = reachOf(space);
        if (reach === undefined) return;
        for (const choices of drawn("reach"))
          assert.ok(isWithin(open.costOf(choices), reach), words(choices));
        for (const limits of [
          { maxMacCount: reach.minMacCount - 1 },
          { minMacCount: reach.maxMacCount + 1 },
          { maxParamCount: reach.minParamCount - 1 },
        ]) {
          const domain = createDomain(space, limits);
          assert.equal(domain.sample(createRandom(seed, "none")), undefined, JSON.stringify(limits));
          assert.equal(domain.repair(drawn("none", 0)[0] as Choices), undefined, JSON.stringify(limits));
        }
      },
    },
  ];
}

/** All that a design means: its network without its name, and its hyperparameters. */
function effectOf(space: Space, choices: Choices): string {
  return JSON.stringify([space.decode(choices).nodes, space.hyperparameters?.(choices) ?? {}]);
}

function isWithin({ paramCount, macCount }: DesignCost, limits: Limits): boolean {
  const { minParamCount = 0, maxParamCount = Number.POSITIVE_INFINITY } = limits;
  const { minMacCount = 0, maxMacCount = Number.POSITIVE_INFINITY } = limits;
  return (
    paramCount >= minParamCount &&
    paramCount <= maxParamCount &&
    macCount >= minMacCount &&
    macCount <= maxMacCount
  );
}

/** Limits of one, two and four bounds that at least one of the designs with these costs keeps to. */
function limitsAround(costs: readonly DesignCost[], random: Random, round: number): Limits {
  const { paramCount, macCount } = random.pick(costs);
  const up = (count: number) => Math.ceil(count * (1 + 0.2 * random.next()));
  const down = (count: number) => Math.floor(count * (1 - 0.2 * random.next()));
  switch (round) {
    case 0:
      return { maxMacCount: up(macCount) };
    case 1:
      return { maxParamCount: up(paramCount) };
    case 2:
      return { minMacCount: down(macCount), maxMacCount: up(macCount) };
    default:
      return {
        minMacCount: down(macCount),
        maxMacCount: up(macCount),
        minParamCount: down(paramCount),
        maxParamCount: up(paramCount),
      };
  }
}

const countOf = ({ decisions }: Space) => decisions.reduce((count, { options }) => count * options.length, 1);
