// The tools of an MCP server, listed and called. Their arguments are checked here and not by the SDK, so that a mistake is
// answered in the words of every other surface: what was wrong, where, and what is allowed.
import type { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import {
  ErrorCode,
  ListToolsRequestSchema,
  McpError,
  type Tool as ToolListing,
} from "@modelcontextprotocol/sdk/types.js";
import { z } from "zod";
import { GeniusError, messageOf } from "../base/errors.ts";
import { withoutHidden } from "../base/hidden-characters.ts";
import { unknownName } from "../base/nearest.ts";
import { checkPlainly } from "../base/schema-words.ts";

export interface Tool<Shape extends z.ZodRawShape> {
  readonly name: string;
  readonly description: string;
  /** Whether it changes nothing. */
  readonly isReadOnly?: boolean;
  readonly input: Shape;
  /** The text that the assistant reads. */
  run(given: z.output<z.ZodObject<Shape>>): string | Promise<string>;
}

export interface Tools {
  add<Shape extends z.ZodRawShape>(tool: Tool<Shape>): void;
}

/** Serves the tools that are added to it. */
export function serveTools({ server }: McpServer): Tools {
  const listings: ToolListing[] = [];
  const runs = new Map<string, (given: unknown) => string | Promise<string>>();
  const call = async (name: unknown, given: unknown) => {
    try {
      const run = typeof name === "string" ? runs.get(name) : undefined;
      if (run === undefined) throw unknownName("tool", String(name), [...runs.keys()]);
      return answer(await run(given));
    } catch (thrown) {
      // A mistake is told to the assistant in words, so that it can do better.
      return { ...answer(withoutHidden(messageOf(thrown))), isError: true };
    }
  };
  server.registerCapabilities({ tools: {} });
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: listings }));
  // A handler of that method would only be called after the SDK's own check of the request.
  server.fallbackRequestHandler = async ({ method, params }) => {
    if (method !== "tools/call")
      throw new McpError(ErrorCode.MethodNotFound, `This server has no method "${method}".`);
    return call(params?.name, params?.arguments ?? {});
  };
  return {
    add({ name, description, isReadOnly, input, run }) {
      const schema = z.strictObject(input);
      listings.push({
        ...{ name, description },
        inputSchema: z.toJSONSchema(schema, { io: "input", target: "draft-7" }) as ToolListing["inputSchema"],
        ...(isReadOnly && { annotations: { readOnlyHint: true } }),
      });
      runs.set(name, (given) => {
        const { data, fault } = checkPlainly(schema, given);
        if (fault === undefined) return run(data);
        throw new GeniusError(
          "wrong-use",
          `${fault.path.join(".") || `What ${name} was given`}${fault.words}`,
        );
      });
    },
  };
}

const answer = (text: string) => ({ content: [{ type: "text" as const, text }] });
