// How designs are trained, in a sentence for a language model, and how many images an accuracy is measured on.

export interface Recipe {
  readonly words: string;
  readonly validationImages: number;
}

export function describeRecipe(training: {
  /** Absent where it goes by the clock. */
  readonly epochs?: number;
  /** Those trained on. */
  readonly images: number;
  readonly validationImages: number;
  readonly plan: { readonly learningRate: number; readonly batchSize: number };
}): Recipe {
  const { epochs, images, validationImages, plan } = training;
  const on = `on ${images.toLocaleString("en")} images`;
  const words =
    epochs === undefined
      ? `Designs are trained by the clock ${on} (batches of ${plan.batchSize}, learning rate ${plan.learningRate}) and compared after equal training time, so a slow design makes fewer steps: all get a short time first, the best go on for longer, and only the best of all is trained to the end, where the learning rate falls to zero.`
      : `Each design is trained for ${epochs} ${epochs === 1 ? "epoch" : "epochs"} ${on} (batches of ${plan.batchSize}, peak learning rate ${plan.learningRate}); only the best is trained at full length afterwards.`;
  return { words, validationImages };
}
