import { describe, expect, it } from "vitest";
import { createRandom } from "../../base/random.ts";
import { loadStrategy } from "../../catalog/load.ts";
import { strategyChecks } from "../../testing/strategy-suite.ts";
import { createDomain, largestFeasible, smallestFeasible } from "../constraints/create-domain.ts";
import macro from "../spaces/nas-bench-macro.ts";
import { createWarmStart } from "./warm-start.ts";

const domain = createDomain(macro.create({}), { maxMacCount: 90_000_000 });
const macs = (choices: readonly number[]) => domain.costOf(choices).macCount;
const list = `# the designs of last week
00000000
0,1,2,0,1,2,0,1   # a mixture
00000000; 11111111
`;

describe("strategies that take a start", () => {
  for (const name of ["gp", "tpe", "hybrid", "evolution"] as const) {
    const search = async (start: string, trials: number, parallel = 1) => {
      const definition = await loadStrategy(name);
      const strategy = definition.create(
        { domain, evaluations: 20, task: "", fidelity: { full: {} } },
        definition.options.parse({ start }),
      );
      const found: string[] = [];
      const waiting = [];
      for (let trialNumber = 1; trialNumber <= trials; trialNumber += 1) {
        const context = { trialNumber, random: createRandom(3, trialNumber), pending: [...waiting] };
        const proposal = await strategy.propose({ ...context, signal: new AbortController().signal });
        if (proposal === undefined) break;
        found.push(proposal.choices.join(""));
        waiting.push(proposal);
        if (waiting.length < parallel) continue;
        const first = waiting.shift()!;
        const outcome = {
          kind: "scored",
          metrics: { accuracy: 0.5 },
          score: 0.5,
          spent: { milliseconds: 0 },
        } as const;
        strategy.observe({
          number: trialNumber,
          proposal: first,
          outcome,
          cost: domain.costOf(first.choices),
        });
      }
      return found;
    };

    it(`${name} begins with a list in its order, each design once, also in parallel`, async () => {
      for (const parallel of [1, 3]) {
        const found = await search(list, 5, parallel);
        expect(found.slice(0, 3)).toEqual(["00000000", "01201201", "11111111"]);
        expect(new Set(found).size).toBe(5);
      }
    });

    it(`${name} begins with an extreme, or with a random design that the seed decides`, async () => {
      const digits = async (start: string) => [...(await search(start, 1))[0]!].map(Number);
      expect(macs(await digits("largest"))).toBe(macs(largestFeasible(domain, "macCount")!));
      expect(macs(await digits("smallest"))).toBe(macs(smallestFeasible(domain, "macCount")!));
      expect(await digits("random")).toEqual(domain.sample(createRandom(3, 1)));
    });

    it(`${name} is restored while it begins with a list`, async () => {
      const definition = await loadStrategy(name);
      const checks = strategyChecks(definition, definition.options.parse({ start: list }));
      for (const check of checks) if (/restored|repeats nothing/.test(check.name)) await check.run();
    });
  }
});

it("says which line of a list is wrong, what it is, and what is allowed", () => {
  const from = (text: string) => () => createWarmStart(domain, text, ["own"]);
  expect(from("00000000\n0000000")).toThrow(
    /line 2: 7 choices were given and nas-bench-macro has 8 decisions/,
  );
  expect(from("00000000\n\n00000003")).toThrow(/line 3: Choice 8 .* is 3; allowed are 0 to 2/);
  expect(from("designs.tx")).toThrow(
    /line 1: "designs.tx" is no list .* --start takes own, largest, smallest/,
  );
  expect(from("22222222")).toThrow(/line 1: "22222222" is not allowed: it has 106M MACs, and at most 90M/);
  expect(from("# nothing")).toThrow(/names no design/);
});
