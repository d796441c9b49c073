// A search by a number of evaluations around a person's network: the network is evaluated first, as designs are, and the strategy
// knows nothing of it.
import { isReference } from "../proposed-network.ts";
import type { FittedReference } from "../references/reference.ts";
import type { Strategy } from "../strategy.ts";
import { referenceProposal } from "./race.ts";

/** Every proposal of a reference but the first is the strategy's. */
export function withReference(strategy: Strategy, reference: FittedReference): Strategy {
  let isTried = false;
  return {
    ...strategy,
    async propose(context) {
      const { pending } = context;
      if (!isTried && !pending.some(isReference)) return referenceProposal(reference);
      return strategy.propose({ ...context, pending: pending.filter((proposal) => !isReference(proposal)) });
    },
    observe(trial) {
      const isOfReference = isReference(trial.proposal);
      isTried ||= isOfReference;
      if (!isOfReference || strategy.observesReferences === true) strategy.observe(trial);
    },
  };
}
