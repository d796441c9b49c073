// Which trials tell that a design does not work: its training failed, or it broke a limit that had to be measured.
// Shared by the strategies that learn from failures.
import type { Trial } from "../trial.ts";

/** Whether a design was evaluated without reaching an accuracy. A cancelled or repeated evaluation says nothing. */
export function isFailure({ proposal, outcome }: Trial): boolean {
  if (proposal.unreadable !== undefined || proposal.nominalScore !== undefined) return false;
  if (outcome.kind === "infeasible") return true;
  return outcome.kind === "failed" && !["cancelled", "duplicate", "unreadable"].includes(outcome.reason);
}
