// `node --import` of this module lets the files of a process import "genius-nas", "genius-nas/testing" and "zod".
import { resolveOwnPackages } from "./own-packages.ts";

resolveOwnPackages();
