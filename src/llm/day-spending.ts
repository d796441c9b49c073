// What this user's runs with a daily limit have spent on models today, on this machine: one line a request in a file of
// the cache folder, one file a day (UTC). A line is added at once, so that parallel runs see each other's spending.
import { appendFileSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileError } from "../base/errors.ts";

export interface DaySpending {
  /** US dollars so far today. */
  spentUsd(): number;
  /** @throws GeniusError when the line cannot be written: a cap that is not kept up to date is none. */
  enter(usd: number): void;
}

/** @param folder the user's cache folder */
export function openDaySpending(folder: string, now: () => number): DaySpending {
  const pathNow = () => join(folder, "spent", `${new Date(now()).toISOString().slice(0, 10)}.jsonl`);
  return {
    spentUsd() {
      const path = pathNow();
      let text = "";
      try {
        text = readFileSync(path, "utf8");
      } catch (thrown) {
        if ((thrown as NodeJS.ErrnoException).code !== "ENOENT") throw fileError(thrown, path, "read");
      }
      return text.split("\n").reduce((sum, line) => sum + usdIn(line), 0);
    },
    enter(usd) {
      if (usd === 0) return;
      const path = pathNow();
      try {
        mkdirSync(dirname(path), { recursive: true });
        appendFileSync(path, `${JSON.stringify({ time: new Date(now()).toISOString(), usd })}\n`);
      } catch (thrown) {
        throw fileError(thrown, path, "write");
      }
    },
  };
}

/** Of a line that a crash cut short nothing is known; what it stood for was paid in the run's own record. */
function usdIn(line: string): number {
  try {
    const { usd } = JSON.parse(line) as { readonly usd?: unknown };
    return typeof usd === "number" && usd > 0 ? usd : 0;
  } catch {
    return 0;
  }
}
