import { expect, test } from "vitest";
import { joinIds, splitIds } from "./run-ids.ts";

test("ids survive an address whatever their folders are called, and a plain list is read too", () => {
  const ids = ["a,b", "100 % sure", "x/y", "ünï", "plain", "%2C"];
  expect(splitIds(joinIds(ids))).toEqual(ids);
  expect(splitIds("table,random")).toEqual(["table", "random"]);
  expect(splitIds("100%,")).toEqual(["100%"]);
});
