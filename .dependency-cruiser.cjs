// The layers of docs/layout: a folder imports only from lower numbers and from itself, types included.
const layers = [
  ["base"],
  ["nn", "llm", "network", "data"],
  ["spaces"],
  ["record", "weight-sharing"],
  ["prompt", "launchers"],
  ["strategies", "evaluators"],
  ["study", "report", "refine"],
  ["catalog"],
  ["runs", "questions"],
  ["dashboard", "mcp"],
  ["cli", "testing"],
];

const forbidden = layers.flatMap((folders, level) =>
  folders.map((folder) => {
    const lower = layers.slice(0, level).flat();
    const allowed = [folder, ...lower].join("|");
    return {
      name: `${folder}-looks-down-only`,
      comment: `src/${folder} (layer ${level}) may import only from itself${lower.length > 0 ? ` and ${lower.join(", ")}` : ""}.`,
      severity: "error",
      from: { path: `^src/${folder}/`, pathNot: "\\.test\\.ts$|/fixtures/" },
      to: { path: "^src/", pathNot: `^src/(${allowed})/` },
    };
  }),
);

module.exports = {
  forbidden: [
    ...forbidden,
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "not-to-unresolvable",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      extensions: [".ts", ".js"],
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default"],
    },
  },
};
