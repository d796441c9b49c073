import { describe, expect, test } from "vitest";
import { modelProviders, parseModelName } from "./model-name.ts";

describe("a model's name", () => {
  test("gives the provider and what belongs to it", () => {
    expect(parseModelName("openai/gpt-5-mini")).toEqual({ provider: "openai", model: "gpt-5-mini" });
    expect(parseModelName("ollama/llama3:8b")).toEqual({ provider: "ollama", model: "llama3:8b" });
    expect(parseModelName("compatible/meta/llama-4")).toEqual({
      provider: "compatible",
      model: "meta/llama-4",
    });
    expect(parseModelName("replay//data/329M.json")).toEqual({ provider: "replay", file: "/data/329M.json" });
    expect(parseModelName("manual")).toEqual({ provider: "manual" });
  });

  test.each([
    ["antropic/claude", "unknown-name", 'Did you mean "anthropic"?'],
    ["gpt-4", "unknown-name", "Known: openai, anthropic"],
    ["openai", "wrong-use", "openai/MODEL"],
    ["openai/", "wrong-use", "openai/MODEL"],
    ["replay/", "wrong-use", "replay/FILE"],
    ["manual/x", "wrong-use", "manual"],
    ["", "unknown-name", "Known:"],
  ])("refuses %j with %s", (name, code, part) => {
    expect(() => parseModelName(name)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(part) }),
    );
  });
});

describe("OLLAMA_HOST", () => {
  const url = (host?: string) =>
    modelProviders
      .find(({ name }) => name === "ollama")
      ?.localUrl?.(host === undefined ? {} : { OLLAMA_HOST: host });

  test.each([
    [undefined, "http://127.0.0.1:11434/v1"],
    ["", "http://127.0.0.1:11434/v1"],
    ["0.0.0.0", "http://127.0.0.1:11434/v1"],
    ["gpu-box", "http://gpu-box:11434/v1"],
    ["gpu-box:8080", "http://gpu-box:8080/v1"],
    [":9000", "http://127.0.0.1:9000/v1"],
    ["http://gpu-box:80", "http://gpu-box/v1"],
    ["https://gpu-box/ollama/", "https://gpu-box:11434/ollama/v1"],
  ])("%j means %s", (host, expected) => {
    expect(url(host)).toBe(expected);
  });

  test("that is no address is refused by name", () => {
    expect(() => url("http://[")).toThrow(/OLLAMA_HOST is "http:\/\/\["/);
  });
});
