// How far a running search is, and when it will be done: a bar over the whole, the final training included, which moves on
// between what the server tells.
import { useEffect, useState } from "react";
import type { LiveState } from "../../../../src/dashboard/api.ts";
import { formatTimeLeft } from "../format.ts";

export function RunTime({ time }: { readonly time: NonNullable<LiveState["time"]> }) {
  const now = useNow();
  const [at, end] = [Date.parse(time.at), time.endsAt === undefined ? undefined : Date.parse(time.endsAt)];
  const passed = end === undefined || end <= at ? 0 : Math.min(1, Math.max(0, (now - at) / (end - at)));
  const percent = Math.floor(100 * (time.share01 + (1 - time.share01) * passed));
  const leftMs = end === undefined ? undefined : Math.max(0, end - now);
  const phase = { search: "Search", final: "Final training", baselines: "Baselines" }[time.phase];
  const left =
    leftMs === undefined
      ? "no estimate of the time left yet"
      : leftMs === 0
        ? "about to be done"
        : `about ${formatTimeLeft(leftMs)} left`;
  return (
    <div className="run-time">
      <progress max={100} value={percent} aria-label="How far the run is" />
      <p>
        <strong>{percent} %</strong> · {phase} · {left}
      </p>
    </div>
  );
}

/** Ticks each second, as long as it is shown. */
function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
