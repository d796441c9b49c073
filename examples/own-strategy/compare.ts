// A strategy of one's own beside the built-in ones: the same evaluations, many seeds, on a published table.
//
//   npm run example examples/own-strategy/compare.ts -- [SEEDS]
import { bench } from "genius-nas";
import coordinateSearch from "./coordinate-search.ts";

const { comparison } = await bench({
  space: "nas-bench-macro",
  strategies: [coordinateSearch, "evolution"],
  evaluations: [20],
  seeds: Number(process.argv[2] ?? 20),
});
for (const { strategy, rank } of comparison.results)
  console.log(`${strategy}: median rank ${rank?.median} of ${comparison.designCount}`);
