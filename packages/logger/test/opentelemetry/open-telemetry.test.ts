import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { AggregationTemporality, InMemoryMetricExporter, MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { createProxy, definePolicy } from '@ai-proxy/core';
import type { Policy, ProxyOptions, Receipt } from '@ai-proxy/core';
import { mistral } from '@ai-proxy/mistral';
import { startMistralSimulator } from '@ai-proxy/testing';
import type { MistralSimulator } from '@ai-proxy/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openTelemetry } from '../../src/opentelemetry/index.ts';
import { prices } from '../../src/prices/index.ts';

const spans = new InMemorySpanExporter();
const tracerProvider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter: spans })] });
let simulator: MistralSimulator;

beforeAll(async () => {
  simulator = await startMistralSimulator();
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(tracerProvider);
});
afterAll(async () => {
  context.disable();
  propagation.disable();
  trace.disable();
  await simulator.close();
});
afterEach(() => spans.reset());

const traceId = '0af7651916cd43dd8448eb211c80319c';
const callerSpan = 'b7ad6b7169203331';

/** Makes one call, and waits until it is settled. */
async function ask(
  body: object,
  {
    path = '/v1/chat/completions',
    policies = [],
    options = {},
  }: { path?: string; policies?: Policy[]; options?: Partial<ProxyOptions> } = {},
): Promise<Receipt> {
  const settled = Promise.withResolvers<Receipt>();
  const proxy = createProxy({
    providers: [mistral({ baseURL: simulator.url, apiKey: simulator.apiKey })],
    policies: [openTelemetry(), ...policies],
    prices: prices(),
    onReceipt: settled.resolve,
    ...options,
  });
  const response = await proxy.fetch(`http://local${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', traceparent: `00-${traceId}-${callerSpan}-01`, tracestate: 'a=1' },
    body: JSON.stringify(body),
  });
  await response.text();
  const receipt = await settled.promise;
  await proxy.close({ grace: 0 });
  return receipt;
}

const chat = { model: 'mistral/mistral-small-latest', messages: [{ role: 'user', content: 'Hello, a secret question' }], user: 'ada' };

describe('the spans', () => {
  it.each([
    ['whole', {}],
    ['streamed', { stream: true }],
  ])("tell of a call by the GenAI conventions, inside of the caller's trace: %s", async (_what, more) => {
    const receipt = await ask({ ...chat, ...more });
    const [span] = spans.getFinishedSpans();
    expect(span?.name).toBe('chat mistral-small-latest');
    expect(span?.kind).toBe(SpanKind.CLIENT);
    expect(span?.spanContext().traceId).toBe(traceId);
    expect(span?.parentSpanContext?.spanId).toBe(callerSpan);
    expect(span?.status.code).toBe(SpanStatusCode.UNSET);
    expect(span?.attributes).toMatchObject({
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'mistral_ai',
      'gen_ai.request.model': 'mistral/mistral-small-latest',
      'gen_ai.response.model': 'mistral-small-latest',
      'gen_ai.usage.input_tokens': receipt.usage?.inputTokens,
      'gen_ai.usage.output_tokens': receipt.usage?.outputTokens,
      'ai_proxy.id': receipt.id,
      'ai_proxy.outcome': 'ok',
      'ai_proxy.cost.dollars': (receipt.cost?.micros ?? NaN) / 1_000_000,
      'enduser.id': 'ada',
      'http.response.status_code': 200,
    });
    expect(receipt.usage?.inputTokens).toBeGreaterThan(0);
    expect(JSON.stringify(span?.attributes)).not.toContain('secret question');
  });

  it('go up to the provider as the parent of what it does', async () => {
    await ask(chat);
    const [span] = spans.getFinishedSpans();
    const seen = simulator.requests.at(-1)?.headers;
    expect([seen?.['traceparent'], seen?.['tracestate']]).toEqual([`00-${traceId}-${span?.spanContext().spanId ?? ''}-01`, 'a=1']);
  });

  it('go up on native routes too', async () => {
    await ask({ ...chat, model: 'mistral-small-latest', user: undefined }, { path: '/mistral/v1/chat/completions' });
    const [span] = spans.getFinishedSpans();
    expect(simulator.requests.at(-1)?.headers['traceparent']).toContain(span?.spanContext().spanId);
    expect(span?.attributes).toMatchObject({ 'gen_ai.provider.name': 'mistral_ai', 'ai_proxy.face': 'mistral' });
  });

  it('are active for what comes after them', async () => {
    let inside: string | undefined;
    await ask(chat, {
      policies: [
        definePolicy({
          name: 'look',
          handle(_call, next) {
            inside = trace.getActiveSpan()?.spanContext().spanId;
            return next();
          },
        }),
      ],
    });
    expect(inside).toBe(spans.getFinishedSpans()[0]?.spanContext().spanId);
  });

  it('stand under the span of the request, where the server is instrumented', async () => {
    const tracer = trace.getTracer('server');
    await tracer.startActiveSpan('POST /ai', async (server) => {
      await ask(chat);
      server.end();
    });
    const [call, server] = spans.getFinishedSpans();
    expect(call?.parentSpanContext?.spanId).toBe(server?.spanContext().spanId);
  });

  it('say what went wrong', async () => {
    const receipt = await ask({ ...chat, model: 'mistral/no-such-model' });
    const [span] = spans.getFinishedSpans();
    expect(span?.status.code).toBe(SpanStatusCode.ERROR);
    expect(span?.attributes).toMatchObject({ 'ai_proxy.outcome': receipt.outcome, 'error.type': receipt.code ?? receipt.outcome });
  });

  it('end once, also where a call is refused before it is sent', async () => {
    await ask({ ...chat, model: 'nobody-has-this' });
    expect(spans.getFinishedSpans()).toHaveLength(1);
  });
});

describe('the metrics', () => {
  it('are collected by the names and bounds of the conventions', async () => {
    const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
    const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
    const meterProvider = new MeterProvider({ readers: [reader] });
    const receipt = await ask(chat, { options: { policies: [openTelemetry({ meterProvider })] } });
    await reader.forceFlush();
    const metrics = exporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics));
    const points = (name: string): unknown[] =>
      metrics
        .filter(({ descriptor }) => descriptor.name === name)
        .flatMap(({ dataPoints }) => dataPoints.map(({ attributes, value }) => ({ attributes, value })));
    expect(points('gen_ai.client.operation.duration')).toMatchObject([
      {
        attributes: { 'gen_ai.operation.name': 'chat', 'gen_ai.provider.name': 'mistral_ai' },
        value: { count: 1, buckets: { boundaries: expect.arrayContaining([0.01, 81.92]) as number[] } },
      },
    ]);
    expect(points('gen_ai.client.token.usage')).toMatchObject([
      { attributes: { 'gen_ai.token.type': 'input' }, value: { sum: receipt.usage?.inputTokens } },
      { attributes: { 'gen_ai.token.type': 'output' }, value: { sum: receipt.usage?.outputTokens } },
    ]);
    await meterProvider.shutdown();
  });
});
