// Written by `npm run catalog`; do not edit. Every metric, in the order of their names.
import accuracy from "./accuracy.ts";
import balancedAccuracy from "./balanced-accuracy.ts";
import crossEntropy from "./cross-entropy.ts";
import macroF1 from "./macro-f1.ts";
import top5Accuracy from "./top-5-accuracy.ts";

export const metrics = [accuracy, balancedAccuracy, crossEntropy, macroF1, top5Accuracy] as const;
