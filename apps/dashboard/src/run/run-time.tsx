// How far a running search is, and when it will be done: a bar over the whole, the final training included, which moves on
// between what the server tells.
import type { LiveState } from "../../../../src/dashboard/api.ts";
import { leftWords, useNow } from "../ui/time-left.tsx";
import { waitsWords } from "../words.ts";

interface RunTimeProps {
  readonly time: NonNullable<LiveState["time"]>;
  /** For a person: until then nothing passes that could be estimated. */
  readonly waits?: boolean;
}

export function RunTime({ time, waits = false }: RunTimeProps) {
  const now = useNow();
  const [at, end] = [Date.parse(time.at), time.endsAt === undefined ? undefined : Date.parse(time.endsAt)];
  const passed = end === undefined || end <= at ? 0 : Math.min(1, Math.max(0, (now - at) / (end - at)));
  const percent = Math.floor(100 * (time.share01 + (1 - time.share01) * passed));
  const phase = { search: "Search", final: "Final training", beside: "Beside the run" }[time.phase];
  const left = waits
    ? waitsWords
    : end === undefined
      ? "no estimate of the time left yet"
      : leftWords(end - now);
  return (
    <div className="run-time">
      <progress max={100} value={percent} aria-label="How far the run is" />
      <p>
        <strong>{percent} %</strong> · {phase} · {left}
      </p>
    </div>
  );
}
