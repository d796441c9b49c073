// What servers leave out of OpenAI's chat completions, put in before the answer is parsed: arguments of a tool as an
// object instead of a text, and a stream that is done without a finish reason. One that only breaks off stays broken.

export const tolerantFetch: typeof fetch = async (input, init) => {
  const response = await fetch(input, init);
  const type = response.headers.get("content-type") ?? "";
  if (!response.ok || response.body === null) return response;
  const { status, headers } = response;
  if (type.includes("event-stream")) {
    const text = response.body.pipeThrough(new TextDecoderStream()).pipeThrough(withFinish());
    return new Response(text.pipeThrough(new TextEncoderStream()), { status, headers });
  }
  return type.includes("json")
    ? new Response(withTextArguments(await response.text()), { status, headers })
    : response;
};

function withTextArguments(body: string): string {
  if (!/"arguments"\s*:\s*\{/.test(body)) return body;
  try {
    return JSON.stringify(JSON.parse(body), (name, value: unknown) =>
      name === "arguments" && typeof value === "object" && value !== null ? JSON.stringify(value) : value,
    );
  } catch {
    return body;
  }
}

const finish = 'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n';

function withFinish(): TransformStream<string, string> {
  let rest = "";
  let isFinished = false;
  return new TransformStream({
    transform(chunk, controller) {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        isFinished ||= /"finish_reason"\s*:\s*"/.test(line);
        if (/^data:\s*\[DONE\]/.test(line) && !isFinished) controller.enqueue(finish);
        controller.enqueue(`${line}\n`);
      }
    },
    flush(controller) {
      if (rest !== "") controller.enqueue(rest);
    },
  });
}
