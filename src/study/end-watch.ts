// Watches for what ends a search before it is through: a person's `finish` in the run's inbox, or a training that continues far
// beyond the time of the search. It ends it only once there is a network to train to its end.
import { listInbox, removeItem } from "./inbox.ts";
import type { NotedTurn } from "./person-turn.ts";
import type { EndedEarly } from "./run-study.ts";

export interface EndWatchSetting {
  readonly folder: string;
  /** Asked for in an earlier sitting, or by this one. */
  readonly isAsked: boolean;
  /** Whether a network was scored. */
  readonly hasBest: () => boolean;
  /** Whether the time is over, and what is being trained does not end. */
  readonly isOverdue: () => boolean;
  /** Resolves when the turn is safely kept. */
  readonly note: (turn: Pick<NotedTurn, "id" | "turn">) => Promise<void>;
  readonly onTrouble: (thrown: unknown) => void;
  readonly pollMs?: number;
}

export interface EndWatch {
  /** Aborts with an `EndedEarly` as its reason. */
  readonly signal: AbortSignal;
  /** Looks now. To be called when a trial was scored, and before the search begins. */
  look(): Promise<void>;
  close(): Promise<void>;
}

export function watchForEnd(setting: EndWatchSetting): EndWatch {
  const { folder, hasBest, isOverdue, note, onTrouble, pollMs = 500 } = setting;
  const controller = new AbortController();
  let { isAsked } = setting;
  let looking: Promise<void> = Promise.resolve();
  const lookOnce = async () => {
    for (const { id, turn } of await listInbox(folder)) {
      if (turn?.kind !== "finish") continue;
      if (!isAsked) await note({ id, turn });
      isAsked = true;
      await removeItem(folder, id);
    }
    if (!hasBest()) return;
    const reason: EndedEarly | undefined = isAsked
      ? "ended-by-person"
      : isOverdue()
        ? "time-spent"
        : undefined;
    if (reason !== undefined) controller.abort(reason);
  };
  const look = () => {
    looking = looking.then(lookOnce).catch(onTrouble);
    return looking;
  };
  const timer = setInterval(look, pollMs);
  timer.unref();
  return {
    signal: controller.signal,
    look,
    async close() {
      clearInterval(timer);
      await looking;
    },
  };
}
