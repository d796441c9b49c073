// How designs are trained, in a sentence for a language model, and how many images an accuracy is measured on.

export interface Recipe {
  readonly words: string;
  readonly validationImages: number;
}

export function describeRecipe(training: {
  readonly epochs: number;
  /** Those trained on. */
  readonly images: number;
  readonly validationImages: number;
  readonly plan: { readonly learningRate: number; readonly batchSize: number };
}): Recipe {
  const { epochs, images, validationImages, plan } = training;
  return {
    words: `Each design is trained for ${epochs} ${epochs === 1 ? "epoch" : "epochs"} on ${images.toLocaleString("en")} images (batches of ${plan.batchSize}, peak learning rate ${plan.learningRate}); only the best is trained at full length afterwards.`,
    validationImages,
  };
}
