// The metrics: what is measured of a trained network. What other folders may use.
export { default as accuracy } from "./accuracy.ts";
export { highestOf } from "./classes.ts";
export { classMetrics, selectableMetrics } from "./classification.ts";
export {
  accuracyBeside,
  type ChanceLevel,
  differenceWords,
  formatBare,
  formatBareScore,
  formatDifference,
  formatFrom,
  formatMetric,
  formatScore,
  isLikeAccuracy,
  type Metric,
  type MetricDefinition,
  type Metrics,
  measureAll,
  metricOf,
  metricTitle,
  metricWords,
  type Scored,
  scoreIn,
  scoreOf,
  valueOfScore,
  withUnit,
} from "./metric.ts";
export { definitionOf, loadOwnMetric } from "./own-metric.ts";
