import { createFetchDoor } from '@ai-proxy/core';
import parsePrometheusTextFormat from 'parse-prometheus-text-format';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { metrics, series } from '../../src/prometheus/index.ts';
import type { Metrics, MetricsOptions } from '../../src/prometheus/index.ts';
import { receipt } from '../receipts.ts';

interface Family {
  readonly name: string;
  readonly type: string;
  readonly metrics: readonly { readonly value?: string; readonly count?: string; readonly labels?: Record<string, string> }[];
}

async function open(options: MetricsOptions = {}): Promise<{ sink: Metrics; read(): Promise<Map<string, Family>> }> {
  const sink = metrics(options);
  return {
    sink,
    async read() {
      const response = await createFetchDoor(sink.handler)('http://local/metrics');
      expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
      const families = parsePrometheusTextFormat(await response.text()) as Family[];
      return new Map(families.map((family) => [family.name, family]));
    },
  };
}

const served = { operation: 'chat', provider: 'mistral', model: 'mistral-small-latest' };

describe('the metrics page', () => {
  it('counts calls, tokens and money, and apart what is not known', async () => {
    const { sink, read } = await open();
    sink.settled(receipt('a'), {});
    sink.settled(receipt('b', { cost: null, outcome: 'upstream_reset', estimator: 'a guess', attempts: 3 }), {});
    const families = await read();
    const values = (name: string): unknown => families.get(name)?.metrics;
    expect(values('ai_proxy_calls_total')).toEqual([
      { value: '1', labels: { ...served, outcome: 'ok', stream: 'false' } },
      { value: '1', labels: { ...served, outcome: 'upstream_reset', stream: 'false' } },
    ]);
    expect(values('ai_proxy_attempts_total')).toEqual([{ value: '4', labels: served }]);
    expect(values('ai_proxy_tokens_total')).toEqual([
      { value: '2000', labels: { ...served, kind: 'input' } },
      { value: '20', labels: { ...served, kind: 'output' } },
      { value: '800', labels: { ...served, kind: 'cached' } },
    ]);
    expect(values('ai_proxy_cost_dollars_total')).toEqual([{ value: '0.00206', labels: served }]);
    expect(values('ai_proxy_unpriced_calls_total')).toEqual([{ value: '1', labels: served }]);
    expect(values('ai_proxy_estimated_calls_total')).toEqual([{ value: '1', labels: served }]);
    expect(families.get('ai_proxy_call_duration_seconds')).toMatchObject({
      type: 'HISTOGRAM',
      metrics: [{ buckets: { '0.16': '0', '0.32': '2' } }],
    });
  });

  it('has the series that are documented, and no other', async () => {
    const { read } = await open();
    expect([...(await read()).keys()].toSorted()).toEqual(
      Object.values(series)
        .map(({ name }) => name)
        .toSorted(),
    );
  });

  it('stays small, however many models callers name', async () => {
    const { sink, read } = await open({ models: 3 });
    for (let index = 0; index < 5000; index += 1) sink.settled(receipt(`c-${index}`, { modelServed: `invented-${index}` }), {});
    sink.settled(receipt('long', { modelServed: 'x'.repeat(10_000) }), {});
    const models = (await read()).get('ai_proxy_calls_total')?.metrics.map(({ labels, value }) => [labels?.['model'], value]);
    expect(models).toEqual([
      ['invented-0', '1'],
      ['invented-1', '1'],
      ['invented-2', '1'],
      ['other', '4998'],
    ]);
  });

  it('is read by a parser whatever a name holds', async () => {
    const { sink, read } = await open();
    const name = 'a"b\\c\nd{e="f"} 1';
    sink.settled(receipt('c', { modelServed: name, provider: name }), {});
    const [metric] = (await read()).get('ai_proxy_calls_total')?.metrics ?? [];
    expect(metric?.value).toBe('1');
  });

  it("stands in the application's own registry where it is given one", async () => {
    const registry = new Registry();
    const { sink } = await open({ registry });
    sink.settled(receipt('a'), {});
    expect(await registry.metrics()).toContain('ai_proxy_calls_total{operation="chat"');
  });

  it.each([
    ['GET', '/other', undefined],
    ['POST', '/metrics', 405],
    ['GET', '/', 200],
    ['HEAD', '/metrics?x=1', 200],
  ] as const)('%s %s is %s', async (method, target, status) => {
    const reply = await metrics().handler({ method, target, headers: {}, body: { kind: 'none' }, signal: new AbortController().signal });
    expect(reply?.status).toBe(status);
  });
});
