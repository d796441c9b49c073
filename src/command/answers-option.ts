// The option that says where the answers of `--model manual` are given.
import { z } from "zod";

export const answersOption = z
  .enum(["terminal", "dashboard"])
  .default("terminal")
  .describe("where the answers of --model manual are given");
