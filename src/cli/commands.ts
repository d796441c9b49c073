// Every command, in the order that `genius --help` shows. Its code is loaded when it is used, so that help stays
// instant.
import type { Command } from "../command/command.ts";

export interface CommandEntry {
  readonly usage: string;
  readonly summary: string;
  /** It only calculates and then writes: a signal ends it at once, even in the middle of a long calculation. */
  readonly endsAtOnce?: true;
  /** Given again after Ctrl-C, it goes on where it was. */
  readonly goesOn?: true;
  load(): Promise<Command>;
}

export const commands: Readonly<Record<string, CommandEntry>> = {
  search: {
    usage: "search [DATASET] [options]",
    summary: "design networks for a dataset under a budget",
    load: async () => (await import("./search.ts")).default,
  },
  resume: {
    usage: "resume DIR",
    summary: "continue a search that was stopped",
    goesOn: true,
    load: async () => (await import("./resume.ts")).default,
  },
  finish: {
    usage: "finish DIR",
    summary: "end a search now and fully train its best network so far",
    goesOn: true,
    load: async () => (await import("./finish.ts")).default,
  },
  baselines: {
    usage: "baselines DIR",
    summary: "compare a run with random search, or with a known network trained as long",
    goesOn: true,
    load: async () => (await import("./baselines.ts")).default,
  },
  keep: {
    usage: "keep DIR",
    summary: "confirm a run's network over seeds, and keep it for later searches",
    goesOn: true,
    load: async () => (await import("./keep.ts")).default,
  },
  show: {
    usage: "show DIR|NET.txt",
    summary: "show a run (best network, curve, cost), a network's layers, or a space",
    endsAtOnce: true,
    load: async () => (await import("./show.ts")).default,
  },
  repair: {
    usage: "repair DIR",
    summary: "repair a run with a damaged journal",
    load: async () => (await import("./repair.ts")).default,
  },
  report: {
    usage: "report DIR…",
    summary: "write report.html; compares several runs",
    endsAtOnce: true,
    load: async () => (await import("./report.ts")).default,
  },
  dashboard: {
    usage: "dashboard [DIR] [--port N]",
    summary: "runs in the browser, live: start, stop, take part",
    load: async () => (await import("./dashboard.ts")).default,
  },
  mcp: {
    usage: "mcp [DIR]",
    summary: "let an assistant run searches (Model Context Protocol)",
    load: async () => (await import("./mcp.ts")).default,
  },
  refine: {
    usage: "refine DIR",
    summary: "refine the blocks of a run's trained network",
    load: async () => (await import("../features/refine/command.ts")).default,
  },
  bench: {
    usage: "bench --space NAME [options]",
    summary: "compare strategies on a table or an evaluator, over many seeds",
    load: async () => (await import("./bench.ts")).default,
  },
  new: {
    usage: "new space|strategy|evaluator|metric NAME [--dir DIR]",
    summary: "write a first version of your own member, with its test",
    load: async () => (await import("../features/own-members/new-command.ts")).default,
  },
  test: {
    usage: "test FILE…",
    summary: "run the tests of your own members",
    load: async () => (await import("../features/own-members/test-command.ts")).default,
  },
  audit: {
    usage: "audit contamination --space NAME --model PROVIDER/MODEL",
    summary: "test whether a model knows a published table by heart",
    load: async () => (await import("../features/audit/command.ts")).default,
  },
  study: {
    usage: "study NAME [options]",
    summary: "answer a question about search itself by an experiment",
    load: async () => (await import("../features/questions/command.ts")).default,
  },
  data: {
    usage: "data DATASET",
    summary: "how a dataset is read: parts, classes, sizes, warnings",
    load: async () => (await import("./data.ts")).default,
  },
  train: {
    usage: "train NET DATASET [options]",
    summary: "train one network: a text, a reference fitted to limits, or a design",
    goesOn: true,
    load: async () => (await import("./train.ts")).default,
  },
  cost: {
    usage: "cost NET.txt | --space NAME (--choices C | --stdin)",
    summary: "parameters, multiply–accumulates, RAM and flash of designs",
    load: async () => (await import("./cost.ts")).default,
  },
  import: {
    usage: "import MODEL.onnx [--out NET.txt]",
    summary: "read a network from PyTorch or elsewhere, as a text and its weights",
    endsAtOnce: true,
    load: async () => (await import("./import.ts")).default,
  },
  latency: {
    usage: "latency MODEL.onnx",
    summary: "measure how long a model takes for one image on this machine",
    endsAtOnce: true,
    load: async () => (await import("./latency.ts")).default,
  },
  predict: {
    usage: "predict MODEL IMAGE…",
    summary: "classify images with a trained model",
    endsAtOnce: true,
    load: async () => (await import("./predict.ts")).default,
  },
  transfer: {
    usage: "transfer DIR NEWDATA",
    summary: "transfer a found network to a new dataset: fine-tuned, probed, from scratch",
    load: async () => (await import("../features/transfer/command.ts")).default,
  },
  export: {
    usage: "export (DIR | NET.txt | --choices C --space NAME) --format F",
    summary: "write a design as onnx, pytorch, mermaid, text or safetensors",
    endsAtOnce: true,
    load: async () => (await import("./export.ts")).default,
  },
  transcript: {
    usage: "transcript FILE [--space NAME]",
    summary: "read the proposals in a recorded conversation",
    endsAtOnce: true,
    load: async () => (await import("./transcript.ts")).default,
  },
  list: {
    usage: "list KIND",
    summary:
      "list spaces, strategies, references, experience, evaluators, launchers, datasets, devices, formats, metrics, tasks, models",
    endsAtOnce: true,
    load: async () => (await import("./list.ts")).default,
  },
  setup: {
    usage: "setup torch",
    summary: "make the Python environment for trainings with PyTorch",
    load: async () => (await import("./setup.ts")).default,
  },
  doctor: {
    usage: "doctor",
    summary: "check what works on this machine, and how to fix what does not",
    load: async () => (await import("./doctor.ts")).default,
  },
};
