// How long something still takes, counted down each second as long as it is shown.
import { useEffect, useState } from "react";
import { formatTimeLeft } from "../format.ts";

export function TimeLeft({ endsAt }: { readonly endsAt: string }) {
  return <>{leftWords(Date.parse(endsAt) - useNow())}</>;
}

export const leftWords = (leftMs: number): string =>
  leftMs <= 0 ? "about to be done" : `about ${formatTimeLeft(leftMs)} left`;

/** Ticks each second, as long as it is shown. */
export function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
