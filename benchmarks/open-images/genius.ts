// One opening with an empty cache: `node genius.ts FOLDER CACHE` prints how many images it has and the seconds.
import { openDataset } from "../../src/tasks/image-classification/index.ts";

const [folder = "", cacheDirectory = ""] = process.argv.slice(2);
const started = performance.now();
const { train, test } = await openDataset(folder, { cacheDirectory });
console.log(train.count + (test?.count ?? 0), (performance.now() - started) / 1000);
