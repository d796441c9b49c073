import { expect, it, test } from "vitest";
import { exampleNetworks as networks } from "./export/fixtures/networks.ts";
import { misuse, networkSchema } from "./foreign-network.ts";
import type { Network } from "./network.ts";

const small: Network = {
  name: "small ×0.50",
  nodes: [
    { id: "input", inputs: [], op: { kind: "input", shape: [1, 8, 8] } },
    {
      id: "stem.conv",
      inputs: ["input"],
      op: {
        kind: "conv",
        outChannels: 4,
        kernel: [3, 3],
        stride: [1, 1],
        padding: [1, 1],
        groups: 1,
        bias: false,
      },
    },
    { id: "pool", inputs: ["stem.conv"], op: { kind: "global-pool" } },
    { id: "flat", inputs: ["pool"], op: { kind: "flatten" } },
    { id: "head", inputs: ["flat"], op: { kind: "linear", outFeatures: 10, bias: true } },
  ],
};

type Change = (network: { name: string; nodes: Record<string, unknown>[] }) => void;

/** The words of what is wrong with it. */
function faultOf(change: Change): string {
  const network = structuredClone(small) as never as Parameters<Change>[0];
  change(network);
  const read = networkSchema.safeParse(network);
  return read.success ? "" : read.error.issues.map(({ message }) => message).join("; ");
}

// The names of one are made to be hostile.
it.each(Object.keys(networks).filter((name) => name !== "tangled"))(
  "%s is read back as it was written",
  (name) => {
    const network = networks[name]!();
    const plain = { ...network, name: name.replaceAll("/", "-") };
    expect(networkSchema.parse(JSON.parse(JSON.stringify(plain)))).toEqual(JSON.parse(JSON.stringify(plain)));
  },
);

test("a damaged network is refused with what is wrong", () => {
  const op = (index: number, op: object): Change => {
    return ({ nodes }) => {
      nodes[index] = { ...nodes[index], op: { ...(nodes[index]!.op as object), ...op } };
    };
  };
  const node = (index: number, fields: object): Change => {
    return ({ nodes }) => {
      nodes[index] = { ...nodes[index], ...fields };
    };
  };
  expect(faultOf(() => {})).toBe("");
  expect(faultOf(op(1, { kind: "magic" }))).toMatch(/Invalid/);
  expect(faultOf(op(1, { outChannels: "4" }))).toMatch(/expected number/);
  expect(faultOf(op(1, { outChannels: -4 }))).toMatch(/Too small/);
  expect(faultOf(op(1, { stride: 1 }))).toMatch(/expected tuple|expected array/);
  expect(faultOf(op(1, { groups: 3 }))).toMatch(/do not divide into 3 groups/);
  expect(faultOf(op(1, { surprise: 1 }))).toMatch(/Unrecognized key/);
  expect(faultOf(op(1, { outChannels: 1e6, kernel: [1000, 1000], padding: [1000, 1000] }))).toMatch(
    /; max|max /,
  );
  expect(faultOf(node(2, { inputs: ["later"] }))).toMatch(/not a node before it/);
  expect(faultOf(node(4, { id: "stem.conv" }))).toMatch(/used twice/);
  expect(faultOf(node(1, { id: "a b" }))).toMatch(/only letters/);
  expect(faultOf(({ nodes }) => void nodes.shift())).toMatch(/first node is no input/);
  expect(faultOf(({ nodes }) => void nodes.splice(1, 0, ...new Array(3000).fill(nodes[1])))).toMatch(
    /Too big/,
  );
  const named = (network: Parameters<Change>[0]) => {
    network.name = 'x"""\nimport os';
  };
  expect(faultOf(named)).toMatch(/only letters/);
});

test("the images and classes that it is for", () => {
  expect(misuse(small, { input: [1, 8, 8], classCount: 10 })).toBeUndefined();
  expect(misuse(small, { input: [3, 8, 8], classCount: 10 })).toMatch(/takes images of \[1, 8, 8\]/);
  expect(misuse(small, { input: [1, 8, 8], classCount: 7 })).toMatch(/7 class scores are needed/);
});
