// The route that reads a text of the language while a person writes it. It runs nothing of the person's, and keeps nothing.
import type { Hono } from "hono";
import { z } from "zod";
import { limitsOf } from "../api/limits.ts";
import { loadDevice } from "../catalog/devices.ts";
import type { Domain } from "../search/constraints/domain.ts";
import { limitSettings } from "../study/limit-settings.ts";
import type { Routes } from "./api.ts";
import { argument, body, checked } from "./requests.ts";
import { createTextChecker } from "./texts/text-checker.ts";

export const maxTextChars = 100_000;
const side = z.int().min(1).max(4096);
const textOrder = z.object({
  text: z.string().max(maxTextChars, `a text has at most ${maxTextChars.toLocaleString("en")} characters`),
  run: z.string().max(1024).optional(),
  input: z.tuple([side, side, side]).default([3, 32, 32]),
  classCount: z.int().min(2).max(100_000).default(10),
  limits: z.record(z.string(), z.union([argument, z.number()])).default({}),
  choices: z.array(z.int().min(0)).max(1000).default([]),
});

/** @param domainOf Of a run by its id. */
export function addTexts(app: Hono, domainOf: (run: string) => Promise<Domain>): void {
  const check = createTextChecker();
  app.post("/api/text", async (context) => {
    const { text, run, input, classCount, limits, choices } = await body(context, textOrder);
    const reply = (found: Routes["POST /api/text"]["reply"]) => context.json(found);
    if (run !== undefined) {
      const { space, limits: ofRun } = await domainOf(run);
      const { input: images, classCount: classes } = space;
      return reply(await check({ text, choices, input: images, classCount: classes, limits: ofRun }));
    }
    const settings = checked(limitSettings.partial(), limits, "limits");
    return reply(
      await check({
        ...{ text, choices, input, classCount, limits: limitsOf(settings) },
        ...(settings.device !== undefined && { device: loadDevice(settings.device) }),
      }),
    );
  });
}
