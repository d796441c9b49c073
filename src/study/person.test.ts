import { mkdtemp, readdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { assemble } from "../api/assemble.ts";
import { createRandom } from "../base/random.ts";
import { accuracy, metricOf } from "../metrics/index.ts";
import type { ProposeContext } from "../search/strategy.ts";
import type { Proposal, Trial } from "../search/trial.ts";
import { listInbox, putTurn } from "./inbox.ts";
import type { StudyConfig } from "./journal-lines.ts";
import { withPerson } from "./person.ts";
import { type NotedTurn, turnInWords } from "./person-turn.ts";
import { runStudy } from "./run-study.ts";

const environment = process.env;

const config: StudyConfig = {
  metric: metricOf(accuracy),
  ...{ dataset: "cifar10", task: "", space: "nas-bench-macro", spaceOptions: {}, evaluator: "table" },
  ...{ strategy: "evolution", strategyOptions: {}, evaluatorOptions: {}, modelOptions: {} },
  ...{ trials: 12, limits: { maxMacCount: 80_000_000 }, parallel: 1, seed: 3 },
};

interface Sitting {
  readonly folder: string;
  readonly recorded?: readonly Trial[];
  readonly noted?: readonly NotedTurn[];
  readonly trials?: number;
  readonly onTrial?: (trial: Trial) => Promise<void>;
  readonly onHeld?: (number: number, proposal: Proposal) => void;
}

/** A search of the published table with a person beside it. */
async function sitting({ folder, recorded = [], noted = [], trials = 12, onTrial, onHeld }: Sitting) {
  const { domain, strategy, evaluator, close } = await assemble(config, { folder, environment });
  const notes: NotedTurn[] = [...noted];
  const refused: string[] = [];
  const result = await runStudy({
    domain,
    evaluator,
    trials,
    parallel: 1,
    seed: config.seed,
    recorded,
    strategy: withPerson(strategy, {
      folder,
      domain,
      noted,
      note: async (turn) => void notes.push(turn),
      refuse: async (why) => void refused.push(why),
      onHeld: (held) => held && onHeld?.(held.number, held.proposal),
      pollMs: 5,
    }),
    keep: async (trial) => onTrial?.(trial),
  });
  await close();
  return { trials: result.trials, notes, refused, domain };
}

const newFolder = () => mkdtemp(join(tmpdir(), "genius-person-"));

test("designs of a person's own, forbidden options and a resume in the middle give one and the same search", async () => {
  const folder = await newFolder();
  const act = async (where: string, { number }: Trial) => {
    if (number === 2) {
      await putTurn(where, { kind: "trial", choices: [1, 1, 1, 1, 1, 1, 1, 1], reason: "all alike" });
      await putTurn(where, { kind: "allow", decision: "layer2", options: [2] });
      await putTurn(where, { kind: "trial", choices: [0, 1, 1, 1, 1, 1, 1, 1] });
    }
  };
  const whole = await sitting({ folder, onTrial: (trial) => act(folder, trial) });
  expect(whole.trials.map(({ proposal }) => proposal.by).slice(2, 4)).toEqual(["person", "person"]);
  expect(whole.trials[2]?.proposal).toMatchObject({
    choices: [1, 1, 1, 1, 1, 1, 1, 1],
    rationale: "all alike",
  });
  const later = whole.trials.slice(4);
  expect(later.every(({ proposal }) => proposal.choices[1] === 2)).toBe(true);
  expect(later.some(({ proposal }) => proposal.editedFrom !== undefined)).toBe(true);
  for (const { outcome } of later) expect(outcome.kind).toBe("scored");
  expect(await listInbox(folder)).toEqual([]);

  // Stopped after trial 3: the second design of the person was noted, or was not yet taken up.
  for (const [kept, known] of [
    [3, whole.notes.filter(({ trialNumber }) => trialNumber <= 4)],
    [4, whole.notes],
  ] as const) {
    const again = await sitting({
      folder: await newFolder(),
      recorded: whole.trials.slice(0, kept),
      noted: known,
    });
    expect(again.trials).toEqual(whole.trials);
  }
});

test("a held proposal waits, and goes as it is, changed, or with the end of holding", async () => {
  const folder = await newFolder();
  await putTurn(folder, { kind: "hold", on: true });
  const seen: number[] = [];
  const { trials, notes } = await sitting({
    folder,
    trials: 4,
    onHeld(number, proposal) {
      if (seen.includes(number)) return;
      seen.push(number);
      const changed = proposal.choices
        .with(0, (proposal.choices[0]! + 1) % 3)
        .with(5, 0)
        .with(6, 0);
      if (number === 1) void putTurn(folder, { kind: "release", trial: 1 });
      if (number === 2)
        void putTurn(folder, { kind: "release", trial: 2, choices: changed, predicted01: 0.9 });
      if (number === 3) void putTurn(folder, { kind: "hold", on: false });
    },
  });
  expect(seen).toEqual([1, 2, 3]);
  expect(trials[0]?.proposal.by).toBe("evolution");
  expect(trials[1]?.proposal).toMatchObject({ by: "person", predicted: { score: 0.9 } });
  expect(trials[1]?.proposal.editedFrom).toHaveLength(8);
  expect(trials[2]?.proposal.by).toBe("evolution");
  expect(notes.map(({ turn }) => turn.kind)).toEqual(["hold", "release", "release", "hold"]);
});

test("what cannot be carried out is refused in words, and the search continues", async () => {
  const folder = await newFolder();
  await putTurn(folder, { kind: "trial", choices: [9, 9] });
  await putTurn(folder, { kind: "allow", decision: "<img src=x>", options: [0] });
  await putTurn(folder, { kind: "allow", decision: "layer1", options: [7] });
  const [first] = await readdir(join(folder, "inbox"));
  const name = `${first!.slice(0, 16)}00000000-0000-0000-0000-000000000000.json`;
  await writeFile(join(folder, "inbox", name), "{nonsense");
  await writeFile(join(folder, "inbox", "notes.txt"), "not an item");
  const { trials, refused } = await sitting({ folder, trials: 3 });
  expect(trials).toHaveLength(3);
  expect(refused.join("\n")).toMatch(/9,9 is no design/);
  expect(refused.join("\n")).toMatch(/no decision "<img src=x>"/);
  expect(refused.join("\n")).toMatch(/layer1 has the options 0 to 2/);
  expect(refused.join("\n")).toMatch(/a file that holds no turn/);
  expect(refused).toHaveLength(4);
});

test("an edit of the model's lessons reaches the strategy from the next proposal on, and stands in a note", async () => {
  const folder = await newFolder();
  const told: ProposeContext["editedLessons"][] = [];
  const notes: NotedTurn[] = [];
  const { domain, close } = await assemble(config, { folder, environment });
  const strategy = withPerson(
    {
      async propose({ editedLessons }) {
        told.push(editedLessons);
        return undefined;
      },
      observe: () => {},
    },
    {
      ...{ folder, domain, noted: [], onHeld: () => {} },
      note: async (turn) => void notes.push(turn),
      refuse: async (why) => expect.unreachable(why),
    },
  );
  const context = { random: createRandom(1), pending: [], signal: new AbortController().signal };
  await strategy.propose({ ...context, trialNumber: 1 });
  await putTurn(folder, { kind: "lessons", text: "depth late pays" });
  await strategy.propose({ ...context, trialNumber: 2 });
  await strategy.propose({ ...context, trialNumber: 3 });
  const edited = { text: "depth late pays", trialNumber: 2 };
  expect(told).toEqual([undefined, edited, edited]);
  expect(notes.map(({ turn }) => turnInWords(turn))).toEqual(["edited the model's lessons: depth late pays"]);
  await close();
});
