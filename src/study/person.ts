// A person beside a strategy: wraps it, and at each proposal takes up what lies in the run's inbox – remarks, designs
// of their own, forbidden options – and holds proposals when asked to. Every turn is noted before it acts, so that a
// resumed search does the same again. The strategy is not told who proposed what: it observes trials as always.
import { setTimeout as wait } from "node:timers/promises";
import { createRandom } from "../base/random.ts";
import type { Domain } from "../search/constraints/domain.ts";
import { type AllowedOptions, nearestAllowed, restrictDomain } from "../search/constraints/restrict-space.ts";
import { designName } from "../search/proposed-network.ts";
import type { Choices, Space } from "../search/space.ts";
import type { ProposeContext, Strategy } from "../search/strategy.ts";
import type { Proposal, Trial } from "../search/trial.ts";
import { listInbox, removeItem } from "./inbox.ts";
import type { NotedTurn, PersonTurn } from "./person-turn.ts";

export interface PersonSetting {
  readonly folder: string;
  readonly domain: Domain;
  /** Turns of earlier sittings, from the journal. */
  readonly noted: readonly NotedTurn[];
  /** Resolves when the turn is safely kept. */
  readonly note: (turn: NotedTurn) => Promise<void>;
  /** Told of a turn that cannot be carried out. */
  readonly refuse: (why: string) => Promise<void>;
  /** Told of the proposal that waits for the person, and that none does any more. */
  readonly onHeld: (held: { readonly number: number; readonly proposal: Proposal } | undefined) => void;
  /** How often the inbox is looked into while a proposal is held. */
  readonly pollMs?: number;
}

type Turn<Kind extends PersonTurn["kind"]> = Extract<PersonTurn, { kind: Kind }>;

export function withPerson(strategy: Strategy, setting: PersonSetting): Strategy {
  const { folder, domain, pollMs = 200 } = setting;
  const { space } = domain;
  const turns: NotedTurn[] = [...setting.noted];
  const tried = new Set<string>();
  const of = <Kind extends PersonTurn["kind"]>(kind: Kind, before = Number.POSITIVE_INFINITY) =>
    turns
      .filter(({ turn, trialNumber }) => turn.kind === kind && trialNumber <= before)
      .map(({ turn, trialNumber }) => ({ turn: turn as Turn<Kind>, trialNumber }));
  const allowedAt = (number: number) =>
    allowedBy(
      space,
      of("allow", number).map(({ turn }) => turn),
    );
  const isHolding = () => of("hold").at(-1)?.turn.on === true;

  /** Notes what lies in the inbox; of designs only the first, when there is room for it at this number. */
  const takeUp = async (number: number, room: boolean) => {
    let hasRoom = room;
    for (const { id, turn } of await listInbox(folder)) {
      // Those are not the strategy's.
      if (turn?.kind === "answer" || turn?.kind === "finish" || (turn?.kind === "trial" && !hasRoom))
        continue;
      if (turns.every((noted) => noted.id !== id)) {
        const problem =
          turn === undefined ? "a file that holds no turn" : problemOf(turn, domain, allowedAt(number));
        if (turn === undefined || problem !== undefined) {
          await setting.refuse(`A turn could not be carried out: ${problem}.`);
        } else {
          if (turn.kind === "trial") hasRoom = false;
          const noted = { id, turn, trialNumber: turn.kind === "release" ? turn.trial : number };
          await setting.note(noted);
          turns.push(noted);
        }
      }
      await removeItem(folder, id);
    }
  };

  const held = async (number: number, proposal: Proposal, signal: AbortSignal): Promise<Proposal> => {
    const release = () => of("release").find(({ turn }) => turn.trial === number)?.turn;
    try {
      while (isHolding() && release() === undefined) {
        setting.onHeld({ number, proposal });
        await takeUp(number + 1, false);
        if (isHolding() && release() === undefined) await wait(pollMs, undefined, { signal });
      }
    } finally {
      setting.onHeld(undefined);
    }
    const given = release();
    if (given?.choices === undefined || given.choices.join() === proposal.choices.join()) return proposal;
    const { choices, predicted01 } = given;
    const { fidelity, call, lessons } = proposal;
    return {
      choices,
      fidelity,
      by: "person",
      rationale: `changed by hand from ${nameOf(space, proposal)}`,
      ...(predicted01 !== undefined && { predicted: { score: predicted01 } }),
      ...(proposal.choices.length > 0 && { editedFrom: proposal.choices }),
      ...(call !== undefined && { call }),
      ...(lessons !== undefined && { lessons }),
    };
  };

  return {
    ...strategy,
    async propose(context) {
      const number = context.trialNumber;
      const ownAt = () => of("trial").find((entry) => entry.trialNumber === number)?.turn;
      await takeUp(number, ownAt() === undefined);
      const own = ownAt();
      if (own !== undefined) return personProposal(own);
      const allowed = allowedAt(number);
      const insights = [
        ...of("insight", number).map(({ turn }) => turn.text),
        ...(allowed === undefined ? [] : allowedInWords(space, allowed)),
      ];
      const lessons = of("lessons", number).at(-1);
      const proposal = await strategy.propose({
        ...context,
        ...(insights.length > 0 && { insights }),
        ...(lessons && { editedLessons: { text: lessons.turn.text, trialNumber: lessons.trialNumber } }),
      });
      if (proposal === undefined) return undefined;
      const moved = allowed === undefined ? proposal : moveInto(allowed, proposal, context);
      return moved === undefined ? undefined : held(number, moved, context.signal);
    },
    observe(trial: Trial) {
      if (trial.proposal.network === undefined) tried.add(trial.proposal.choices.join());
      strategy.observe(trial);
    },
  };

  /** The proposal, or the nearest one with allowed options. A design that advances to a longer training stays. */
  function moveInto(
    allowed: AllowedOptions,
    proposal: Proposal,
    context: ProposeContext,
  ): Proposal | undefined {
    const { choices } = proposal;
    const restriction = restrictDomain(domain, allowed);
    const { unreadable, nominalScore, network } = proposal;
    const isSpecial = unreadable !== undefined || nominalScore !== undefined || network !== undefined;
    if (isSpecial || tried.has(choices.join()) || restriction.isAllowed(choices)) return proposal;
    const pending = new Set(context.pending.map((other) => other.choices.join()));
    const isFree = (whole: Choices) => !tried.has(whole.join()) && !pending.has(whole.join());
    const near = nearestAllowed(restriction, choices, isFree);
    // What was predicted for the other design says nothing of this one.
    const { predicted: _, ...rest } = proposal;
    return near && { ...rest, choices: near, editedFrom: choices };
  }
}

function personProposal({ choices, reason, predicted01 }: Turn<"trial">): Proposal {
  return {
    choices,
    fidelity: {},
    by: "person",
    ...(reason !== undefined && { rationale: reason }),
    ...(predicted01 !== undefined && { predicted: { score: predicted01 } }),
  };
}

/** The options that are left after these turns; undefined when all are. */
export function allowedBy(
  { decisions }: Pick<Space, "decisions">,
  turns: readonly Turn<"allow">[],
): AllowedOptions | undefined {
  const last = new Map(turns.map(({ decision, options }) => [decision, options]));
  const allowed = decisions.map(({ name, options }) => {
    const own = last.get(name);
    return options.map((_, option) => option).filter((option) => own === undefined || own.includes(option));
  });
  const isWhole = allowed.every((options, index) => options.length === decisions[index]?.options.length);
  return isWhole || allowed.some((options) => options.length === 0) ? undefined : allowed;
}

function allowedInWords({ decisions, firstDigit }: Space, allowed: AllowedOptions): readonly string[] {
  return decisions.flatMap(({ name, options }, index) => {
    const left = allowed[index] as readonly number[];
    if (left.length === options.length) return [];
    const words = left.map((option) => `${option + firstDigit} (${options[option]?.label})`).join(" or ");
    return [`from now on ${name} may only be ${words}; a design with another option is changed`];
  });
}

/** Why a turn cannot be carried out in this domain, or undefined when it can. */
export function problemOf(
  turn: PersonTurn,
  domain: Domain,
  allowed: AllowedOptions | undefined,
): string | undefined {
  const { space } = domain;
  if (turn.kind === "allow") {
    const index = space.decisions.findIndex(({ name }) => name === turn.decision);
    const decision = space.decisions[index];
    if (decision === undefined) return `there is no decision "${turn.decision}" in ${space.name}`;
    if (turn.options.some((option) => option >= decision.options.length))
      return `${turn.decision} has the options 0 to ${decision.options.length - 1}`;
    const before = allowed ?? space.decisions.map(({ options }) => options.map((_, option) => option));
    const left = before.with(
      index,
      [...new Set(turn.options)].sort((a, b) => a - b),
    );
    if (restrictDomain(domain, left).domain.sample(createRandom("allowed")) === undefined)
      return "no design within the limits would be left";
    return undefined;
  }
  if ((turn.kind === "trial" || turn.kind === "release") && turn.choices !== undefined) {
    const fits =
      turn.choices.length === space.decisions.length &&
      turn.choices.every((choice, index) => choice < (space.decisions[index]?.options.length as number));
    if (!fits) return `${turn.choices.join(",")} is no design of ${space.name}`;
  }
  return undefined;
}

const nameOf = (space: Space, proposal: Proposal) =>
  proposal.unreadable === undefined ? designName(space, proposal) : "an unreadable reply";
