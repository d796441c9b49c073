// Receptive fields against figures worked out by hand and the well-known ones of ResNets.
import { expect, test } from "vitest";
import { createNetworkBuilder } from "./network.ts";
import { receptiveFields } from "./receptive-field.ts";

const conv = (kernel: number, stride: number, padding = (kernel - 1) / 2) =>
  ({ kind: "conv", outChannels: 4, kernel, stride, padding, groups: 1, bias: false }) as const;
const pool = { kind: "pool", mode: "max", kernel: 3, stride: 2, padding: 1, countPadding: false } as const;

test("the stem of a ResNet sees 7, then 11, then 19 and 27 pixels", () => {
  const network = createNetworkBuilder("stem", [3, 224, 224]);
  network.add("first", conv(7, 2), "input");
  network.add("pool", pool, "first");
  network.add("a", conv(3, 1), "pool");
  network.add("b", conv(3, 1), "a");
  network.add("sum", { kind: "add" }, "b", "pool");
  network.add("next", conv(1, 2), "sum");
  const fields = receptiveFields(network.build());
  const [first, pooled, a, b, sum, next] = ["first", "pool", "a", "b", "sum", "next"].map(
    (id) => fields.get(id)![0],
  );
  expect([first, pooled, a, b, sum, next]).toEqual([7, 11, 19, 27, 27, 27]);
});

test("no field is larger than the image, a mean sees all of it, and height and width count apart", () => {
  const network = createNetworkBuilder("small", [1, 8, 20]);
  network.add("wide", { ...conv(1, 1), kernel: [1, 5], padding: [0, 2] }, "input");
  network.add("again", { ...conv(5, 2) }, "wide");
  network.add("up", { kind: "upsample", factor: 2 }, "again");
  network.add("once", conv(3, 1), "up");
  network.add("mean", { kind: "global-pool" }, "wide");
  const fields = receptiveFields(network.build());
  expect(fields.get("wide")).toEqual([1, 5]);
  expect(fields.get("again")).toEqual([5, 9]);
  expect(fields.get("once")).toEqual([7, 11]);
  expect(fields.get("mean")).toEqual([8, 20]);
});
