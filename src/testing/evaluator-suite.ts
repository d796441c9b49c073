// What every evaluator must hold to, as checks that throw: run over every member of the catalog with a harness that
// gives it data, and by a plug-in's author over one of their own. They know no test framework and no evaluator by name.
import assert from "node:assert/strict";
import type { EvaluationRequest, Evaluator } from "../evaluators/evaluator.ts";
import accuracy from "../metrics/accuracy.ts";
import { type Metrics, scoreOf } from "../metrics/metric.ts";
import type { Choices, Space } from "../search/space.ts";
import type { EpochPoint, Evaluation } from "../search/trial.ts";
import type { Check } from "./check.ts";

export interface EvaluatorHarness {
  /** A new evaluator on the same data, as a new process would make it. The checks close it. */
  open(): Promise<Evaluator>;
  readonly space: Space;
  /** Designs that the evaluator can answer, at least two; trial `n` is asked with the design `n - 1`. */
  readonly designs: readonly Choices[];
  /** Whether the same request gives the same figures on this machine; true by default. */
  readonly isDeterministic?: boolean;
  /** Whether an evaluation takes long enough to be stopped by a signal after its first epoch; false by default. */
  readonly trains?: boolean;
}

/** The contract's checks for an evaluator. */
export function evaluatorChecks(harness: EvaluatorHarness): readonly Check[] {
  const { space, designs, isDeterministic = true, trains = false } = harness;
  const request = (
    evaluator: Evaluator,
    trialNumber: number,
    more: Partial<EvaluationRequest> = {},
  ): EvaluationRequest => {
    const choices = designs[(trialNumber - 1) % designs.length] as Choices;
    return {
      trialNumber,
      proposal: { choices, fidelity: {}, by: "suite" },
      network: space.decode(choices),
      fidelity: evaluator.fidelity.full,
      seed: 7,
      signal: new AbortController().signal,
      ...more,
    };
  };
  const using = async (use: (evaluator: Evaluator) => Promise<void>) => {
    const evaluator = await harness.open();
    try {
      await use(evaluator);
    } finally {
      await evaluator.close?.();
    }
  };

  const checks: Check[] = [
    {
      name: "says what it measures on, at which fidelity, and where its figures come from",
      run: () =>
        using(async ({ selectedOn, fidelity, provenance, remarks = [] }) => {
          assert.ok(["validation", "test"].includes(selectedOn), selectedOn);
          assert.deepEqual(
            JSON.parse(JSON.stringify(provenance)),
            provenance,
            "the provenance is not plain JSON",
          );
          for (const remark of remarks) assert.ok(remark.trim() !== "");
          const { epochs } = fidelity;
          if (epochs !== undefined)
            assert.ok(epochs.min >= 1 && epochs.min <= epochs.max, JSON.stringify(epochs));
        }),
    },
    {
      name: "gives a valid outcome, plain JSON, for each design",
      run: () =>
        using(async (evaluator) => {
          for (const [index] of designs.entries()) {
            const points: EpochPoint[] = [];
            const outcome = await evaluator.evaluate(
              request(evaluator, index + 1, { onEpoch: (point) => points.push(point) }),
            );
            assertOutcome(outcome);
            assertCurve(points);
            const { metric, optimum } = evaluator;
            if (outcome.kind !== "scored") continue;
            const { name, range } = metric ?? accuracy;
            const figure = outcome.metrics[name];
            assert.ok(
              figure !== undefined,
              `the metric that is selected on, ${name}, is not among ${JSON.stringify(outcome.metrics)}`,
            );
            if (range !== undefined)
              assert.ok(figure >= range[0] && figure <= range[1], `${name} is ${figure}`);
            const score = scoreOf(metric ?? accuracy, figure);
            if (optimum !== undefined)
              assert.ok(score <= optimum + 1e-9, "better than the optimum that it states");
          }
        }),
    },
    {
      name: "does not change what it is asked",
      run: () =>
        using(async (evaluator) => {
          const asked = request(evaluator, 1);
          const before = JSON.stringify([asked.proposal, asked.network, asked.fidelity]);
          await evaluator.evaluate(asked);
          assert.equal(JSON.stringify([asked.proposal, asked.network, asked.fidelity]), before);
        }),
    },
    {
      name: "answers a request that was aborted before as cancelled or from what it knows, and throws nothing else",
      run: () =>
        using(async (evaluator) => {
          const signal = AbortSignal.abort();
          assertStopped(await settled(evaluator.evaluate(request(evaluator, 1, { signal }))), !trains);
          // It can still be used.
          assertOutcome(await evaluator.evaluate(request(evaluator, 2)));
        }),
    },
    {
      name: "tests the selected design once more when asked twice, with the same figure",
      run: () =>
        using(async (evaluator) => {
          if (evaluator.test === undefined) return;
          await evaluator.evaluate(request(evaluator, 1));
          const first = await evaluator.test(request(evaluator, 1));
          assertFigures(first.metrics, "the test");
          assert.deepEqual(JSON.parse(JSON.stringify(first)), first, "the test's result is not plain JSON");
          for (const file of first.files ?? []) {
            assert.ok(
              !file.startsWith("/") && !file.split(/[\\/]/).includes(".."),
              `${file} leaves the run's folder`,
            );
          }
          const again = await evaluator.test(request(evaluator, 1));
          assert.deepEqual(again.metrics, first.metrics, "the test figures change when they are asked again");
        }),
    },
    {
      name: "continues from a shorter training by the clock, and tests within seconds, where it has a clock",
      run: () =>
        using(async (evaluator) => {
          if (evaluator.fidelity.seconds === undefined) return;
          const slice = (seconds: number) =>
            evaluator.evaluate(request(evaluator, 1, { fidelity: { seconds } }));
          const short = curveOf(await slice(0.5));
          assert.ok(short.at(-1)?.seconds !== undefined, "no point says its seconds");
          const long = curveOf(await slice(1));
          assert.deepEqual(long.slice(0, short.length), short, "the longer training did not go on");
          assert.ok(long.length > short.length, "the longer training has no point of its own");
          const tested = await evaluator.test?.(request(evaluator, 1, { fidelity: { seconds: 1 } }));
          if (tested !== undefined) assertFigures(tested.metrics, "the test");
        }),
    },
    {
      name: "can be closed twice, and unused",
      run: async () => {
        const evaluator = await harness.open();
        await evaluator.close?.();
        await evaluator.close?.();
      },
    },
  ];
  if (isDeterministic) {
    checks.push({
      name: "gives the same outcome for the same request, in the same and in a new evaluator",
      run: async () => {
        const outcomes: Evaluation[] = [];
        for (let round = 0; round < 2; round += 1)
          await using(async (evaluator) => {
            outcomes.push(await evaluator.evaluate(request(evaluator, 1)));
            if (round === 0) outcomes.push(await evaluator.evaluate(request(evaluator, 1)));
          });
        const [first, ...others] = outcomes.map(withoutTime);
        for (const other of others) assert.deepEqual(other, first);
      },
    });
  }
  if (trains) {
    checks.push({
      name: "stops a training that is aborted after its first epoch, and can be used again",
      run: () =>
        using(async (evaluator) => {
          const controller = new AbortController();
          const fidelity = { ...evaluator.fidelity.full, epochs: 1000 };
          const stopped = await settled(
            evaluator.evaluate(
              request(evaluator, 1, {
                signal: controller.signal,
                fidelity,
                onEpoch: () => controller.abort(),
              }),
            ),
          );
          assertStopped(stopped, false);
          assertOutcome(await evaluator.evaluate(request(evaluator, 2)));
        }),
    });
  }
  return checks;
}

function curveOf(outcome: Evaluation): readonly EpochPoint[] {
  assertOutcome(outcome);
  assert.ok(outcome.kind === "scored", JSON.stringify(outcome));
  return outcome.curve ?? [];
}

type Settled = { readonly outcome: Evaluation } | { readonly thrown: unknown };

const settled = (evaluation: Promise<Evaluation>): Promise<Settled> =>
  evaluation.then(
    (outcome) => ({ outcome }),
    (thrown: unknown) => ({ thrown }),
  );

/** Cancelled, by an outcome or by the signal's own error; or answered, for what takes no time. */
function assertStopped(end: Settled, mayAnswer: boolean): void {
  if ("thrown" in end) {
    assert.ok(end.thrown instanceof Error && end.thrown.name === "AbortError", `threw ${end.thrown}`);
    return;
  }
  assertOutcome(end.outcome);
  const isCancelled = end.outcome.kind === "failed" && end.outcome.reason === "cancelled";
  assert.ok(isCancelled || mayAnswer, `ended as ${JSON.stringify(end.outcome)} although it was aborted`);
}

/** @throws AssertionError where an outcome is not what a journal may hold. */
export function assertOutcome(outcome: Evaluation): void {
  assert.deepEqual(JSON.parse(JSON.stringify(outcome)), outcome, "the outcome is not plain JSON");
  const { milliseconds, epochs = 0 } = outcome.spent;
  assert.ok(Number.isFinite(milliseconds) && milliseconds >= 0, `spent ${milliseconds} ms`);
  // By the clock a training ends in the middle of an epoch.
  assert.ok(Number.isFinite(epochs) && epochs >= 0, `spent ${epochs} epochs`);
  switch (outcome.kind) {
    case "scored":
      assertFigures(outcome.metrics, "the outcome");
      assertCurve(outcome.curve ?? []);
      break;
    case "infeasible":
      assert.ok(outcome.violations.length > 0, "infeasible without a violation");
      break;
    case "failed":
      assert.ok(outcome.reason.length > 0);
      break;
    default:
      assert.fail(`an outcome of kind ${(outcome satisfies never as Evaluation).kind}`);
  }
}

function assertCurve(points: readonly EpochPoint[]): void {
  for (const [index, point] of points.entries()) {
    assertFigures(point.validation, `epoch ${point.epoch}`);
    assert.ok(Number.isFinite(point.trainLoss), `epoch ${point.epoch}: a loss of ${point.trainLoss}`);
    const before = points[index - 1];
    if (before === undefined) continue;
    if (point.seconds === undefined) assert.ok(point.epoch > before.epoch, "epochs out of order");
    else
      assert.ok(point.epoch >= before.epoch && point.seconds > (before.seconds ?? 0), "points out of order");
  }
}

function assertFigures(metrics: Metrics, where: string): void {
  assert.ok(Object.keys(metrics).length > 0, `${where} has no figure`);
  for (const [name, figure] of Object.entries(metrics)) {
    assert.ok(Number.isFinite(figure), `${where}: ${name} is ${figure}`);
    if (name === accuracy.name) assert.ok(figure >= 0 && figure <= 1, `${where}: ${name} is ${figure}`);
  }
}

/** An outcome without what differs from run to run: times that were measured. */
function withoutTime(outcome: Evaluation): unknown {
  return JSON.parse(JSON.stringify(outcome), (key, value: unknown) =>
    key === "milliseconds" || key === "latencyMs" ? 0 : value,
  );
}
