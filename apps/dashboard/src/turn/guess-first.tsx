// "Guess first": a design is shown without its result, the person says what it will have, and only then it is shown how
// the person, the proposer and the surrogate did. Trials come in order, those under way first: nobody knows theirs.
import { type FormEvent, useCallback, useEffect, useMemo, useState } from "react";
import type { Guess } from "../../../../src/dashboard/api.ts";
import { get, messageOf, post } from "../api/client.ts";
import { choicesAt, isScored, rowsByNumber } from "../api/trial-table.ts";
import { useRunData } from "../api/use-run.ts";
import { scatterOption } from "../charts/scatter.ts";
import { formatCount, formatScore, metricWords } from "../format.ts";
import { NetworkOfDesign } from "../network/network-of-design.tsx";
import { scoreAxis } from "../run/axes.ts";
import { designName, nameAt, trialInLines } from "../run/trial-words.ts";
import { Chart, type ChartLook } from "../ui/chart.tsx";
import { DataTable } from "../ui/data-table.tsx";
import { Notice } from "../ui/pieces.tsx";
import { PercentField, shareOf } from "./percent-field.tsx";

interface GuessFirstProps {
  readonly mayChange: boolean;
}

export function GuessFirst({ mayChange }: GuessFirstProps) {
  const { detail, trials, live } = useRunData();
  const { guesses, problem, add } = useGuesses(detail.id, trials.count);
  const [skipped, setSkipped] = useState<ReadonlySet<number>>(new Set());
  const next = useMemo(() => {
    const known = new Set(guesses?.map(({ trial }) => trial));
    const isOpen = (trial: number) => !known.has(trial) && !skipped.has(trial);
    const evaluating = live?.evaluating.find(({ trial }) => isOpen(trial));
    if (evaluating !== undefined) return { trial: evaluating.trial, choices: evaluating.choices };
    const row = rowsByNumber(trials).find(
      (row) => isScored(trials, row) && isOpen(trials.columns.number[row]!),
    );
    return row === undefined
      ? undefined
      : { trial: trials.columns.number[row]!, choices: choicesAt(trials, row) };
  }, [guesses, skipped, trials, live]);
  return (
    <section aria-label="Guess first">
      <h3>Guess first</h3>
      <p className="soft">
        Say what a design will have before you see it. It keeps your own sense of what works, and shows whose
        sense is best.
      </p>
      {problem !== undefined && <Notice>{problem}</Notice>}
      {mayChange && guesses !== undefined && next !== undefined && (
        <GuessForm
          key={next.trial}
          trial={next.trial}
          choices={next.choices}
          onGuessed={add}
          onSkip={() => setSkipped(new Set([...skipped, next.trial]))}
        />
      )}
      {mayChange && guesses !== undefined && next === undefined && (
        <p>
          {guesses.length + skipped.size > 0
            ? "There is no design left to guess."
            : detail.state === "running"
              ? "There is no design to guess yet: it begins with the first evaluation."
              : "No design was scored, so there is none to guess."}
        </p>
      )}
      {guesses !== undefined && guesses.length > 0 && <Results guesses={guesses} />}
    </section>
  );
}

function useGuesses(id: string, trialCount: number) {
  const [guesses, setGuesses] = useState<readonly Guess[]>();
  const [problem, setProblem] = useState<string>();
  // A guess of a trial under way gets its result when the trial has it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again with every new trial.
  useEffect(() => {
    const controller = new AbortController();
    get("GET /api/runs/:id/guesses", { places: [id], signal: controller.signal }).then(
      (reply) => setGuesses(reply.guesses),
      (thrown: unknown) => controller.signal.aborted || setProblem(messageOf(thrown)),
    );
    return () => controller.abort();
  }, [id, trialCount]);
  const add = (guess: Guess) =>
    setGuesses((before = []) => [...before.filter(({ trial }) => trial !== guess.trial), guess]);
  return { guesses, problem, add };
}

interface GuessFormProps {
  readonly trial: number;
  readonly choices: readonly number[];
  readonly onGuessed: (guess: Guess) => void;
  readonly onSkip: () => void;
}

/** Results that the person has to go by: the trials before. */
const shownBefore = 5;

function GuessForm({ trial, choices, onGuessed, onSkip }: GuessFormProps) {
  const { detail, trials } = useRunData();
  const [text, setText] = useState("");
  const [state, setState] = useState<{ readonly busy?: true; readonly error?: string }>({});
  const score = shareOf(text);
  const row = trials.columns.rowOf.get(trial);
  const before = rowsByNumber(trials)
    .filter((other) => isScored(trials, other) && trials.columns.number[other]! < trial)
    .sort((a, b) => trials.columns.score[b]! - trials.columns.score[a]!)
    .slice(0, shownBefore);
  const send = async (event: FormEvent) => {
    event.preventDefault();
    if (score === undefined) return;
    setState({ busy: true });
    try {
      onGuessed(await post("POST /api/runs/:id/guesses", { places: [detail.id], body: { trial, score } }));
    } catch (thrown) {
      setState({ error: messageOf(thrown) });
    }
  };
  return (
    <div className="mine">
      <h4>
        Trial {trial}: <code>{designName(detail, choices)}</code>
        {row !== undefined &&
          `, ${formatCount(trials.columns.paramCount[row]!)} parameters, ${formatCount(trials.columns.macCount[row]!)} MACs`}
      </h4>
      <details>
        <summary>Its network</summary>
        <NetworkOfDesign choices={choices} />
      </details>
      {before.length > 0 && (
        <DataTable
          label="The best before it"
          data={{
            columns: ["the best before it", metricWords(detail.metric), "parameters", "MACs"],
            rows: before.map((other) => [
              nameAt(detail, trials, other),
              formatScore(detail.metric, trials.columns.score[other]!),
              formatCount(trials.columns.paramCount[other]!),
              formatCount(trials.columns.macCount[other]!),
            ]),
          }}
        />
      )}
      <form onSubmit={(event) => void send(event)}>
        <div className="fields">
          <PercentField
            label={`what ${metricWords(detail.metric)} on ${detail.selectedOn} data will it have?`}
            value={text}
            onChange={setText}
          />
        </div>
        <p className="actions">
          <button type="submit" className="main" disabled={score === undefined || state.busy}>
            That is my guess
          </button>
          <button type="button" onClick={onSkip}>
            Skip it
          </button>
          <span role="status" className="error">
            {state.error}
          </span>
        </p>
      </form>
    </div>
  );
}

const guessers = [
  ["person01", "you"],
  ["model01", "the proposer"],
  ["surrogate01", "the surrogate"],
] as const;

function Results({ guesses }: { readonly guesses: readonly Guess[] }) {
  const { detail, trials } = useRunData();
  const measured = useMemo(() => guesses.filter((guess) => guess.measured01 !== undefined), [guesses]);
  const option = useCallback(
    (look: ChartLook) =>
      scatterOption(
        {
          x: scoreAxis(detail.metric, `guessed ${metricWords(detail.metric)}`),
          y: scoreAxis(detail.metric, `measured ${metricWords(detail.metric)}`),
          groups: guessers.map(([, words]) => words),
          points: measured.flatMap((guess) =>
            guessers.flatMap(([name], group) => {
              const x = guess[name];
              return x === undefined ? [] : [{ id: guess.trial, x, y: guess.measured01!, group }];
            }),
          ),
          diagonal: true,
          about: (id) => trialInLines(detail, trials, id),
        },
        look,
      ),
    [measured, detail, trials],
  );
  const said = (value: number | undefined) => (value === undefined ? "" : formatScore(detail.metric, value));
  return (
    <>
      <p>
        {guessers
          .flatMap(([name, words]) => {
            const errors = measured.flatMap((guess) => {
              const value = guess[name];
              return value === undefined ? [] : Math.abs(value - guess.measured01!);
            });
            if (errors.length === 0) return [];
            const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
            return `${words}: off by ${(mean * 100).toFixed(2)} points on average (${errors.length})`;
          })
          .join("; ")}
      </p>
      <DataTable
        label="Guesses and what was measured"
        data={{
          columns: ["trial", "your guess", "the proposer's", "the surrogate's", "measured"],
          rows: guesses
            .toReversed()
            .map((guess) => [
              guess.trial,
              said(guess.person01),
              said(guess.model01),
              said(guess.surrogate01),
              guess.measured01 === undefined ? "not yet" : said(guess.measured01),
            ]),
        }}
      />
      {measured.length >= 2 && (
        <Chart
          title="Guessed and measured"
          caption="Points near the line were guessed well; above it, the design did better than guessed."
          option={option}
          table={() => ({
            columns: ["trial", ...guessers.map(([, words]) => words), "measured"],
            rows: measured.map((guess) => [
              guess.trial,
              ...guessers.map(([name]) => said(guess[name])),
              said(guess.measured01),
            ]),
          })}
        />
      )}
    </>
  );
}
