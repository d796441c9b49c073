// The layers of docs/decisions/012: a folder imports only from lower layers and from itself, types included.
// Folders on one layer do not import each other; a feature or a task does not import another one.
const layers = [
  ["base"],
  ["math", "metrics", "graph", "llm"],
  ["engine", "deploy"],
  ["tasks"],
  ["search"],
  ["language"],
  ["training"],
  ["evaluators"],
  ["study"],
  ["report"],
  ["catalog"],
  ["runs"],
  ["api"],
  ["command"],
  ["features"],
  ["dashboard", "mcp"],
  ["cli", "testing"],
];
const isTest = "\\.test\\.tsx?$|/fixtures/";
// The catalog is generated: it names every member by a lazy import, wherever the member lies.
const isCatalog = "^src/catalog/_catalog\\.ts$";

const downOnly = layers.flatMap((folders, level) =>
  folders.map((folder) => {
    const lower = layers.slice(0, level).flat();
    const allowed = [folder, ...lower].join("|");
    return {
      name: `${folder}-looks-down-only`,
      comment: `src/${folder} (layer ${level}) may import only from itself${lower.length > 0 ? ` and ${lower.join(", ")}` : ""}.`,
      severity: "error",
      from: { path: `^src/${folder}/`, pathNot: `${isTest}|${isCatalog}` },
      to: { path: "^src/", pathNot: `^src/(${allowed})/` },
    };
  }),
);

const apart = ["features", "tasks"].map((parent) => ({
  name: `${parent}-stand-apart`,
  comment: `A folder of src/${parent} does not import another one.`,
  severity: "error",
  from: { path: `^src/${parent}/([^/]+)/`, pathNot: isTest },
  to: { path: `^src/${parent}/[^/]+/`, pathNot: `^src/${parent}/$1/` },
}));

module.exports = {
  forbidden: [
    ...downOnly,
    ...apart,
    {
      name: "page-by-its-door",
      comment:
        "The page takes types and shared code from src/dashboard, src/report, src/metrics and src/base only.",
      severity: "error",
      from: { path: "^apps/", pathNot: `${isTest}|test-server` },
      to: { path: "^src/", pathNot: "^src/(dashboard|report|metrics|base)/" },
    },
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    { name: "not-to-unresolvable", severity: "error", from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    // Built files, which tests and `npm run build` leave.
    exclude: { path: "^(dist|apps/dashboard/dist)/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      extensions: [".ts", ".tsx", ".js"],
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default"],
    },
  },
};
