// The public face of this folder.
export { default as accuracy } from "./accuracy.ts";
export { classMetric, classMetrics, selectableMetrics } from "./classification.ts";
export {
  accuracyBeside,
  formatFrom,
  formatMetric,
  formatScore,
  type Metric,
  type MetricDefinition,
  type Metrics,
  measureAll,
  metricOf,
  metricWords,
  type Scored,
  scoreIn,
  scoreOf,
  valueOfScore,
} from "./metric.ts";
