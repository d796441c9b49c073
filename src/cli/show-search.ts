// What a person or a program sees of a search: events in, lines out. A panel on a terminal, one plain line a trial
// elsewhere, JSON lines where a program reads; the verdict at the end, and the exit code.
import { relative } from "node:path";
import type { BaselineSearchEvent, SearchEvent, SearchPlan } from "../api/search-events.ts";
import type { FoundNetwork, ModelSpent, SearchResult } from "../api/search-result.ts";
import { messageOf } from "../base/errors.ts";
import { calledShort } from "../base/own-file.ts";
import { jsonLine, style, terminalSafe } from "../base/terminal-text.ts";
import { counted, formatCount } from "../base/units.ts";
import type { Terminal } from "../command/command.ts";
import { networkName } from "../graph/network-name.ts";
import { accuracyBeside } from "../metrics/index.ts";
import { toDigits } from "../search/choices.ts";
import { limitsInWords } from "../search/constraints/limit-words.ts";
import { nameInWords } from "../search/references/reference.ts";
import type { Limits } from "../search/space.ts";
import { putTurn } from "../study/inbox.ts";
import { jsonBaseline } from "./json-trial.ts";
import { createLive, type Live } from "./live.ts";
import { createProgress, type Progress, type ProgressEvent } from "./progress.ts";
import { wrapped } from "./wrapped.ts";
import { writtenWords } from "./written.ts";

export interface SearchView {
  onEvent(event: SearchEvent): void;
}

export interface ViewSetting {
  readonly json: boolean;
  /** Whether a person who answers for the model does so in this terminal: a redrawn picture would erase the question. */
  readonly answersHere: boolean;
}

export async function createSearchView(terminal: Terminal, setting: ViewSetting): Promise<SearchView> {
  const openLive = await createLive(terminal, setting.json);
  // Programs are told what came of a baseline, and not how it went.
  const openOther = setting.json ? await createLive(terminal, false) : openLive;
  return viewOf(terminal, { ...setting, openLive, openOther });
}

type OpenLive = Awaited<ReturnType<typeof createLive>>;

interface OpenView extends ViewSetting {
  readonly openLive: OpenLive;
  /** For the searches that this one is compared with. */
  readonly openOther: OpenLive;
  /** Whether it is one of these. */
  readonly isOther?: boolean;
}

function viewOf(
  terminal: Terminal,
  { json, answersHere, openLive, openOther, isOther = false }: OpenView,
): SearchView {
  let other: { readonly strategy: string; readonly view: SearchView } | undefined;
  let plan: SearchPlan | undefined;
  let spent: ModelSpent | undefined;
  let progress: Progress | undefined;
  let live: Live | undefined;
  let stopKeys: (() => void) | undefined;
  let stopNotices: (() => void) | undefined;
  let isEnding = false;
  let inFinal = false;
  let wasFinished = false;
  const say = (text: string) =>
    terminal.error(`${terminal.isInteractive ? wrapped(text, terminal.columns) : text}\n`);
  // While the picture of the search is redrawn in place, a line would be drawn over.
  let held: string[] = [];
  const otherOf = ({ strategy, number, count }: BaselineSearchEvent): SearchView => {
    if (other?.strategy !== strategy) {
      say(`\nBaseline ${number} of ${count}: a search with ${strategy}`);
      const setting = { json: false, answersHere: false, openLive: openOther, openOther, isOther: true };
      other = { strategy, view: viewOf(terminal, setting) };
    }
    return other.view;
  };
  const redraws = () => terminal.isInteractive && !(answersHere && plan?.config.model === "manual");
  const endLive = () => {
    stopKeys?.();
    stopNotices?.();
    // Nothing is left to end.
    if (progress !== undefined) progress.hint = undefined;
    live?.end();
    for (const text of held) say(text);
    held = [];
  };
  const progressOf = ({ config, space, selectedOn, recorded, clock, epochs }: SearchPlan): Progress => {
    const { metric, trials, parallel } = config;
    return createProgress(
      {
        ...{ title: titleOf(plan!), space, metric, trials, parallel, plan: clock, epochs, selectedOn },
        spent: () => (spent === undefined ? "" : spentWords(spent)),
        clock: () => performance.now(),
      },
      recorded,
    );
  };
  const openLiveOf = ({ folder, config, space }: SearchPlan, shown: Progress): Live => {
    if (redraws()) {
      // A baseline that ends early is none.
      stopKeys = isOther
        ? undefined
        : terminal.readKeys?.((key) => {
            if (key !== "f" || inFinal || isEnding) return;
            isEnding = true;
            shown.hint = "The search ends, and the best so far is trained to its end.";
            putTurn(folder, { kind: "finish" }).catch((thrown: unknown) => {
              isEnding = false;
              shown.hint = messageOf(thrown);
            });
          });
      shown.hint = stopKeys && keysHint;
      stopNotices = terminal.takeNotices?.((words) => {
        shown.hint = words;
        live?.redraw();
      });
    }
    return openLive(shown, { space, metric: config.metric, redraws: redraws() });
  };
  const follow = (event: ProgressEvent) => {
    live ??= openLiveOf(plan!, progress!);
    live.event(event);
  };
  /** In the final training there is no search left to end. */
  const searchEnded = () => {
    isEnding = true;
    if (stopKeys !== undefined && progress !== undefined) progress.hint = stopHint;
  };
  return {
    onEvent(event) {
      switch (event.kind) {
        case "preparing":
          say(event.text);
          break;
        case "data":
          if (json) terminal.out(jsonLine({ event: "data", layout: event.layout }));
          say(["The folder is understood as:", ...event.lines.map((line) => terminalSafe(line))].join("\n"));
          break;
        case "plan":
          plan = event.plan;
          progress = progressOf(plan);
          if (!redraws()) say(titleOf(plan));
          if (plan.baselines !== undefined) say(plan.baselines.words);
          if (plan.clock !== undefined) say(plan.clock.words);
          if (json && (plan.clock ?? plan.baselines) !== undefined) {
            const { clock, baselines } = plan;
            terminal.out(
              jsonLine({ event: "plan", ...clock, ...(baselines !== undefined && { baselines }) }),
            );
          }
          if (plan.estimate !== undefined) say(estimateWords(plan.estimate));
          break;
        case "proposing":
        case "evaluating":
        case "epoch":
        case "trial":
          follow(event);
          break;
        case "clock":
          follow(event);
          if (event.phase === "final") searchEnded();
          break;
        case "spent":
          spent = event.spent;
          break;
        case "advice":
          if (!redraws()) say(event.text);
          break;
        case "note":
          if (event.about === "stopped") {
            endLive();
            if (!isOther) say(`Stopped. Finished trials are kept: genius resume ${plan!.folder}`);
          } else if (event.about === "finished") {
            wasFinished = true;
            if (!isOther) say(event.text);
          } else {
            const text = event.about === "warning" ? event.text : `Note: ${event.text}`;
            if (redraws() && live !== undefined) held.push(text);
            else say(text);
          }
          break;
        case "final-epoch":
          if (!inFinal && !redraws()) say(finalWords(event.number, plan!));
          inFinal = true;
          follow(event);
          searchEnded();
          break;
        case "baseline":
          endLive();
          break;
        case "baseline-search":
          endLive();
          wasFinished = false;
          otherOf(event).onEvent(event.event);
          break;
        case "end":
          endLive();
          if (isOther) break;
          if (json && event.result.reason !== "interrupted") terminal.out(jsonLine(jsonResult(event.result)));
          for (const line of endWords(event.result, wasFinished)) say(line);
          break;
        default:
          event satisfies never;
      }
    },
  };
}

/** 130 when the search was interrupted, 1 when nothing could be scored. */
export function exitCodeOf({ reason, best }: SearchResult): number {
  if (reason === "interrupted") return 130;
  return best === undefined ? 1 : 0;
}

const stopHint = "Ctrl-C: stop (genius resume goes on)";
const keysHint = `f: end the search, train the best now · ${stopHint}`;

function finalWords(trial: number, { epochs, clock }: SearchPlan): string {
  const length = clock !== undefined || epochs === undefined ? "" : `, ${counted(epochs.final, "epoch")}`;
  return `Training the best, trial ${trial}, to its end${length}…`;
}

function endWords(result: SearchResult, wasFinished: boolean): string[] {
  const { reason, folder, spent, detail, files, best } = result;
  if (reason === "interrupted") {
    return [
      "",
      `Stopped after ${counted(spent.evaluations, "evaluation")}; nothing is lost. Continue with: genius resume ${folder}`,
    ];
  }
  const look = `Look at it: genius report ${folder}`;
  if (wasFinished) return [look];
  const [first = "", ...rest] = result.verdict;
  return [
    "",
    ...(best === undefined ? [] : [style("bold", nameOf(best))]),
    first,
    ...rest,
    ...(files.length > 0 ? [`  written to ${folder}: ${writtenWords(folder, files)}`] : []),
    ...files
      .filter((file) => file.endsWith("c/README.md"))
      .map((file) => `  as C for a microcontroller: ${file} says how to compile, try and call it`),
    ...(detail === undefined ? [] : [`  ended early: ${detail}`]),
    ...(spent.model === undefined ? [] : [`  model ${spent.model.model}: ${spentWords(spent.model)}`]),
    "",
    look,
  ];
}

/** What the network is, which its key does not say; of one from outside the space its own name first. */
const nameOf = ({ choices, key, network }: FoundNetwork) =>
  choices.length === 0 ? `${terminalSafe(nameInWords(key))}, ${networkName(network)}` : networkName(network);

const filesOf = ({ folder, files }: SearchResult) => files.map((file) => relative(folder, file));

function jsonResult(result: SearchResult) {
  const { reason, folder, space, spent, selectedOn, metric, best, atChance, baselines, searches } = result;
  const { model, ...modelSpent } = spent.model ?? {};
  return {
    event: "result",
    reason,
    folder,
    evaluations: spent.evaluations,
    selectedOn,
    metric,
    best:
      best === undefined
        ? null
        : {
            trial: best.trial,
            choices: toDigits(space, best.choices),
            key: best.key,
            metrics: best.metrics,
            ...accuracyBeside("accuracy01", best.metrics),
            paramCount: best.paramCount,
            macCount: best.macCount,
            ...(best.ramBytes !== undefined && { ramBytes: best.ramBytes }),
            ...(best.flashBytes !== undefined && { flashBytes: best.flashBytes }),
          },
    atChance,
    testAccuracy01: best?.testAccuracy01 ?? null,
    testMetrics: best?.testMetrics ?? null,
    test: best?.test ?? {},
    files: filesOf(result),
    spent: model === undefined ? null : modelSpent,
    baselines: baselines.map((run) => jsonBaseline(run, metric)),
    ...(searches.length > 0 && { searches }),
  };
}

function spentWords({ calls, inputTokens, outputTokens, usd }: ModelSpent): string {
  const money = usd > 0 ? ` · $${usd.toFixed(usd < 1 ? 4 : 2)}` : "";
  return `${counted(calls, "call")} · ${formatCount(inputTokens)} tokens in, ${formatCount(outputTokens)} out${money}`;
}

function estimateWords(estimate: NonNullable<SearchPlan["estimate"]>): string {
  const { model, calls, inputTokens, outputTokens, usd } = estimate;
  const money = usd === undefined ? "price unknown" : usd === 0 ? "free" : `$${usd.toFixed(usd < 1 ? 3 : 2)}`;
  return `Estimate: about ${counted(calls, "call")} of ${model}, ${formatCount(inputTokens)} tokens read and ${formatCount(outputTokens)} written, ${money}.`;
}

function titleOf({ config, recorded }: SearchPlan): string {
  const limits = limitsInWords(config.limits as Limits);
  const model = config.model === undefined ? "" : ` with ${config.model}`;
  const members = [`space ${calledShort(config.space)}`, `strategy ${config.strategy}${model}`];
  const parts = [config.dataset, ...members, ...limits];
  return `genius · ${terminalSafe(parts.join(" · "))}${recorded.length > 0 ? ` · resumed after ${counted(recorded.length, "trial")}` : ""}`;
}
