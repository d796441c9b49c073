// Written by `npm run catalog`; do not edit. Every task, in the order of their names.
import imageClassification from "./image-classification/task.ts";

export const tasks = [imageClassification] as const;
