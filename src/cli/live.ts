// Shows a search's progress: redrawn in place on a terminal, one plain line a trial elsewhere, JSON lines when a
// program reads. Results go to standard output only as JSON; everything for people goes to standard error.
import { atBorder, jsonLine, showsColours } from "../base/terminal-text.ts";
import type { Terminal } from "../command/command.ts";
import { jsonTrial } from "./json-trial.ts";
import { type Progress, type ProgressEvent, type TrialWords, trialLine } from "./progress.ts";

export interface Live {
  event(event: ProgressEvent): void;
  /** Shows what has changed at once, where a picture is redrawn. */
  redraw(): void;
  /** Leaves the last picture standing and stops redrawing. Further calls do nothing. */
  end(): void;
}

/** Minimum time between two redraws. */
const frameMs = 100;

export interface LiveSetting extends TrialWords {
  /** Whether to redraw a picture in place; else a line is written for each trial. */
  readonly redraws: boolean;
}

/** Of the final training, where it is told in lines. */
const lineShare01 = 0.05;

/** Loads what a terminal needs, and gives what starts to show a search on it. */
export async function createLive(
  terminal: Terminal,
  json: boolean,
): Promise<(progress: Progress, setting: LiveSetting) => Live> {
  const writeJson = (event: ProgressEvent) => {
    const shown = jsonEvent(event);
    if (shown !== undefined) terminal.out(jsonLine(shown));
  };
  const inLines = (progress: Progress, words: TrialWords): Live => {
    let told = -1;
    return {
      event(event) {
        progress.event(event);
        if (json) writeJson(event);
        if (event.kind === "trial") terminal.error(`${trialLine(event.trial, words)}\n`);
        const final = event.kind === "final-epoch" ? progress.finalTraining() : undefined;
        const step = final && Math.floor(final.share01 / lineShare01);
        if (final === undefined || step === undefined || step <= told) return;
        told = step;
        terminal.error(`${final.line}\n`);
      },
      redraw() {},
      end() {},
    };
  };
  if (!terminal.isInteractive) return inLines;
  const { createLogUpdate } = await import("log-update");
  return (progress, setting) => {
    if (!setting.redraws) return inLines(progress, setting);
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
      redraw() {
        if (!isOver) show();
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

/** What a program reads of it; undefined for what it is not told. */
function jsonEvent(event: ProgressEvent): object | undefined {
  switch (event.kind) {
    case "trial":
      return { event: "trial", ...jsonTrial(event.trial) };
    case "clock": {
      const { kind, ...times } = event;
      return { event: kind, ...times };
    }
    case "final-epoch":
      return { event: event.kind, trial: event.number, ...event.point };
    default:
      return undefined;
  }
}
