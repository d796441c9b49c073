// The order of largest-first against a sort of the whole space.
import { expect, test } from "vitest";
import { createRandom } from "../../base/random.ts";
import { allDesigns, createDomain } from "../constraints/create-domain.ts";
import macro from "../spaces/nas-bench-macro.ts";
import type { Proposal } from "../trial.ts";
import largestFirst from "./largest-first.ts";

test.each([1, 4])(
  "proposes the designs by their MACs, downwards, each once, with %i at once",
  async (parallel) => {
    const domain = createDomain(macro.create({}), {});
    const macsOf = (choices: readonly number[]) => domain.costOf(choices).macCount;
    const sorted = allDesigns(domain.space)
      .map(macsOf)
      .sort((a, b) => b - a);
    const setting = { domain, evaluations: 800, task: "", fidelity: { full: {} } };
    const strategy = largestFirst.create(setting, {});
    const pending: Proposal[] = [];
    const proposed: Proposal[] = [];
    for (let number = 1; number <= 800; number += 1) {
      if (pending.length === parallel) {
        const proposal = pending.shift()!;
        const outcome = {
          kind: "scored",
          metrics: { accuracy: 0.5 },
          score: 0.5,
          spent: { milliseconds: 0 },
        } as const;
        strategy.observe({
          number: number - parallel,
          proposal,
          outcome,
          cost: domain.costOf(proposal.choices),
        });
      }
      const random = createRandom(1, "trial", number);
      const { signal } = new AbortController();
      const proposal = (await strategy.propose({ trialNumber: number, random, pending, signal }))!;
      proposed.push(proposal);
      pending.push(proposal);
    }
    expect(proposed.map(({ choices }) => macsOf(choices))).toEqual(sorted.slice(0, 800));
    expect(new Set(proposed.map(({ choices }) => choices.join())).size).toBe(800);
  },
);
