// Shows a search's progress: redrawn in place on a terminal, one plain line a trial elsewhere, JSON lines when a
// program reads. Results go to standard output only as JSON; everything for people goes to standard error.

import type { Terminal } from "../command/command.ts";
import type { Space } from "../search/space.ts";
import type { StudyEvent } from "../study/run-study.ts";
import { type Progress, trialLine } from "./progress.ts";

export interface Live {
  event(event: StudyEvent): void;
  /** Leaves the last picture standing and stops redrawing. */
  end(): void;
}

export interface LiveSetting {
  readonly terminal: Terminal;
  readonly progress: Progress;
  readonly space: Space;
  readonly json: boolean;
}

/** Redraws at most so often, in milliseconds. */
const frameMs = 100;

export async function startLive({ terminal, progress, space, json }: LiveSetting): Promise<Live> {
  const writeJson = (event: StudyEvent) => {
    if (event.kind === "trial") terminal.out(`${JSON.stringify({ event: "trial", ...event.trial })}\n`);
  };
  if (!terminal.isInteractive) {
    return {
      event(event) {
        progress.event(event);
        if (json) writeJson(event);
        if (event.kind === "trial") terminal.error(`${trialLine(space, event.trial)}\n`);
      },
      end() {},
    };
  }
  const { createLogUpdate } = await import("log-update");
  const draw = createLogUpdate(process.stderr);
  const show = () => draw(progress.panel(terminal.columns).join("\n"));
  // Redrawing on a timer keeps the clock running and bounds the work however fast trials come.
  const timer = setInterval(show, frameMs);
  return {
    event(event) {
      progress.event(event);
      if (json) writeJson(event);
    },
    end() {
      clearInterval(timer);
      show();
      draw.done();
    },
  };
}
