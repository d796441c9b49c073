// Shows a search's progress: redrawn in place on a terminal, one plain line a trial elsewhere, JSON lines when a
// program reads. Results go to standard output only as JSON; everything for people goes to standard error.
import { atBorder, jsonLine, showsColours } from "../base/terminal-text.ts";
import type { Terminal } from "../command/command.ts";
import type { StudyEvent } from "../study/run-study.ts";
import { jsonTrial } from "./json-trial.ts";
import { type Progress, type TrialWords, trialLine } from "./progress.ts";

export interface Live {
  event(event: StudyEvent): void;
  /** Leaves the last picture standing and stops redrawing. Further calls do nothing. */
  end(): void;
}

/** Minimum time between two redraws. */
const frameMs = 100;

/** Loads what a terminal needs, and gives what starts to show a search on it. */
export async function createLive(
  terminal: Terminal,
  json: boolean,
): Promise<(progress: Progress, words: TrialWords) => Live> {
  const writeJson = (event: StudyEvent) => {
    if (event.kind === "trial") terminal.out(jsonLine({ event: "trial", ...jsonTrial(event.trial) }));
  };
  if (!terminal.isInteractive) {
    return (progress, words) => ({
      event(event) {
        progress.event(event);
        if (json) writeJson(event);
        if (event.kind === "trial") terminal.error(`${trialLine(event.trial, words)}\n`);
      },
      end() {},
    });
  }
  const { createLogUpdate } = await import("log-update");
  return (progress) => {
    const draw = createLogUpdate(process.stderr);
    const colours = showsColours(terminal.environment, true);
    const show = () => draw(atBorder(progress.panel(terminal.columns).join("\n"), colours));
    // Redrawing on a timer keeps the clock running and bounds the work however fast trials come.
    const timer = setInterval(show, frameMs);
    let isOver = false;
    return {
      event(event) {
        progress.event(event);
        if (json) writeJson(event);
      },
      end() {
        if (isOver) return;
        isOver = true;
        clearInterval(timer);
        show();
        draw.done();
      },
    };
  };
}
