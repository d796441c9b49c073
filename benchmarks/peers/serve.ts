// A Python process in which peers search (serve.py): one problem at a time, one search at a time.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Choices } from "../../src/search/space.ts";
import type { Run } from "./runs.ts";

export interface PeerSearch {
  readonly peer: string;
  readonly seed: number;
  readonly evaluations: number;
  /** Answers without an evaluation in a row after which a design is drawn at random. */
  readonly patience: number;
  readonly start: Choices | null;
}

export type PeerFound = Omit<Run, "search" | "table" | "limited" | "start" | "seed">;

export interface PeerServer {
  open(problem: object): void;
  search(run: PeerSearch): Promise<PeerFound>;
  close(): void;
}

/** `registry` is a folder with OptunaHub's packages, for AutoSampler. */
export function startPeers(python: string, registry: string | undefined): PeerServer {
  const program = fileURLToPath(new URL("serve.py", import.meta.url));
  const child = spawn(python, [program, ...(registry === undefined ? [] : [registry])], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const say = (message: object) => child.stdin.write(`${JSON.stringify(message)}\n`);
  return {
    open: (problem) => void say({ problem }),
    async search(run) {
      say({ run });
      const { value, done } = await lines.next();
      if (done) throw new Error(`${python} ended while ${run.peer} searched.`);
      const found = JSON.parse(value) as PeerFound & { readonly error?: string };
      if (found.error !== undefined) throw new Error(`${run.peer}, seed ${run.seed}: ${found.error}`);
      return found;
    },
    close: () => void child.stdin.end(),
  };
}
