// Tells a person who looks elsewhere that a run has ended, failed, or waits for them: by a notification of the browser, if
// they asked for it.
import { useEffect, useRef, useState } from "react";
import type { RunData } from "../api/use-run.ts";
import { isWaiting, runTitle } from "../words.ts";

const key = "genius-notices";
const isOffered = () => "Notification" in window && Notification.permission !== "denied";
const isOn = () => isOffered() && Notification.permission === "granted" && localStorage.getItem(key) === "on";

/** What a run's page would call a person for. */
type Call = "runs" | "waits" | "finished" | "failed" | "stopped";

const words: Readonly<Record<Exclude<Call, "runs">, string>> = {
  waits: "The search waits for you",
  finished: "The search is finished",
  failed: "The search was stopped by an error",
  stopped: "The search has stopped",
};

function callOf({ detail, live }: RunData): Call {
  if (detail.state === "running") return isWaiting(live) ? "waits" : "runs";
  return detail.state === "finished" || detail.state === "failed" ? detail.state : "stopped";
}

/** Shows nothing; keep it mounted as long as the run is followed. */
export function Notices({ run }: { readonly run: RunData }) {
  const now = callOf(run);
  const before = useRef(now);
  const { detail } = run;
  useEffect(() => {
    const changed = before.current !== now;
    before.current = now;
    if (!changed || now === "runs" || !document.hidden || !isOn()) return;
    const found = detail.headline === undefined ? "" : `\n${detail.headline.main}`;
    const notice = new Notification(words[now], {
      body: `${runTitle(detail)}${now === "waits" ? "" : found}`,
      tag: `genius ${detail.id}`,
    });
    notice.onclick = () => window.focus();
  }, [now, detail]);
  return null;
}

/** A switch for the notifications. */
export function NoticesSwitch() {
  const [on, setOn] = useState(isOn);
  if (!isOffered()) return null;
  const flip = async () => {
    const next = !on && (await Notification.requestPermission()) === "granted";
    localStorage.setItem(key, next ? "on" : "off");
    setOn(next);
  };
  return (
    <button type="button" aria-pressed={on} onClick={() => void flip()}>
      Notify me when it ends or needs me
    </button>
  );
}
