// The command from its arguments to its files, against a server on the loopback interface that answers from a script.
import { mkdtemp, readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { genius as runCommand } from "../../cli/fixtures/terminal.ts";
import { behaviours, startModelServer } from "../../testing/model-server.ts";

const environment = {};

async function genius(args: readonly string[]) {
  return runCommand(args, { environment });
}

test("an audit writes its report beside the conversation, and repeated asks nothing", async () => {
  const server = await startModelServer({
    respond({ body }) {
      const prompt = (body.messages ?? []).map(({ content }) => String(content)).join("\n");
      return prompt.includes("pairs of designs")
        ? behaviours.object({ answers: Array.from({ length: 4 }, () => "A") })
        : behaviours.object({ reason: "large", choices: Array(7).fill(4), expectedAccuracyPercent: 90 });
    },
  });
  try {
    const out = join(await mkdtemp(join(tmpdir(), "genius-audit-")), "audit");
    const args = [
      "audit",
      "contamination",
      "--space",
      "channel-bench-resnet",
      "--model",
      "compatible/scripted",
    ];
    args.push("--base-url", server.baseUrl, "--trials", "1", "--seeds", "2", "--pairs", "4", "--out", out);
    const first = await genius([...args, "--json"]);
    expect(first.code).toBe(0);
    expect(first.error).toContain("Estimate: about 14 calls");
    const result = JSON.parse(first.out) as { verdict: string; command: string };
    expect(result.verdict).toBe("undecided");
    expect(result.command).toContain("--dataset cifar10 --model compatible/scripted");
    expect((await readdir(out)).sort()).toEqual([
      "audit.html",
      "audit.json",
      "audit.md",
      "conversation.jsonl",
    ]);
    expect(server.requests.length).toBe(14);
    const second = await genius(args);
    expect(server.requests.length).toBe(14);
    expect(second.out).toContain(
      "# Contamination audit: compatible/scripted on channel-bench-resnet, cifar10",
    );
    expect(second.out).toBe(await readFile(join(out, "audit.md"), "utf8"));
  } finally {
    await server.close();
  }
});

test("what cannot be audited is said, with what can", async () => {
  expect(await genius(["audit", "--space", "mobile", "--model", "openai/x"])).toMatchObject({
    code: 2,
    error: expect.stringContaining("genius audit contamination --space NAME"),
  });
  expect(await genius(["audit", "contamination", "--space", "mobile", "--model", "openai/x"])).toMatchObject({
    code: 2,
    error: expect.stringContaining("mobile has no published table. Spaces with one: nas-bench-macro"),
  });
  expect(await genius(["audit", "contamination", "--space", "nas-bench-201"])).toMatchObject({
    code: 2,
    error: expect.stringContaining("--model"),
  });
});
