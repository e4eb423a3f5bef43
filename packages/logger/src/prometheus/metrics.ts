import { Counter, Histogram, Registry } from 'prom-client';
import { splitTarget } from '@ai-proxy/core';
import type { Handler, ReceiptSink } from '@ai-proxy/core';
import { createBoundedValues } from '../labels/bounded-values.ts';
import { buckets, series } from './names.ts';
import type { Series } from './names.ts';

export interface MetricsOptions {
  /** Where the series are registered, beside the application's own. @default a registry of their own */
  readonly registry?: Registry;
  /** Labels of every series: the instance, the region. Only for a registry of their own. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Models that have a name of their own in the labels; those beyond it are `other`. @default 100 */
  readonly models?: number;
}

/** A sink that counts, and the page that shows the counts. */
export interface Metrics extends ReceiptSink {
  /** `GET /metrics` in Prometheus' text format, wherever it is mounted. It has no key of its own: what mounts it decides who sees it. */
  readonly handler: Handler;
  readonly registry: Registry;
}

/** Counts calls, tokens, money and time for Prometheus, by names that are documented and labels that are bounded. */
export function metrics({ registry = new Registry(), labels, models = 100 }: MetricsOptions = {}): Metrics {
  if (labels) registry.setDefaultLabels(labels);
  const registers = [registry];
  const counter = ({ name, help, labels: labelNames }: Series): Counter => new Counter({ name, help, labelNames, registers });
  const histogram = ({ name, help, labels: labelNames }: Series, bounds: readonly number[]): Histogram =>
    new Histogram({ name, help, labelNames, registers, buckets: [...bounds] });

  const calls = counter(series.calls);
  const attempts = counter(series.attempts);
  const tokens = counter(series.tokens);
  const estimated = counter(series.estimated);
  const cost = counter(series.cost);
  const unpriced = counter(series.unpriced);
  const duration = histogram(series.duration, buckets.call);
  const firstByte = histogram(series.firstByte, buckets.call);
  const overhead = histogram(series.overhead, buckets.overhead);
  const boundedModel = createBoundedValues(models);

  return {
    name: 'metrics',
    registry,
    settled(receipt) {
      const { operation, usage = {} } = receipt;
      const served = { operation, provider: receipt.provider ?? '', model: boundedModel(receipt.modelServed) };
      calls.inc({ ...served, outcome: receipt.outcome, stream: String(receipt.stream) });
      if (receipt.attempts > 0) attempts.inc(served, receipt.attempts);
      const count = (kind: string, number: number | undefined): void => {
        if (number !== undefined && number > 0) tokens.inc({ ...served, kind }, number);
      };
      count('input', usage.inputTokens);
      count('output', usage.outputTokens);
      count('cached', usage.cachedTokens);
      count('reasoning', usage.reasoningTokens);
      if (receipt.estimator !== undefined) estimated.inc(served);
      if (receipt.cost) cost.inc(served, receipt.cost.micros / 1_000_000);
      else unpriced.inc(served);
      duration.observe(served, receipt.totalMs / 1000);
      if (receipt.firstByteMs !== undefined) firstByte.observe(served, receipt.firstByteMs / 1000);
      overhead.observe({ operation }, receipt.overheadMs / 1000);
    },
    handler: async ({ method, target }) => {
      const { path } = splitTarget(target);
      if (path !== '/' && path !== '' && path !== '/metrics') return undefined;
      if (method !== 'GET' && method !== 'HEAD') return { status: 405, headers: { allow: 'GET, HEAD' } };
      return {
        status: 200,
        headers: { 'content-type': registry.contentType, 'cache-control': 'no-store' },
        body: await registry.metrics(),
      };
    },
  };
}
