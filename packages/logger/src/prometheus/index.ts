export { metrics } from './metrics.ts';
export type { Metrics, MetricsOptions } from './metrics.ts';
export { buckets, series } from './names.ts';
