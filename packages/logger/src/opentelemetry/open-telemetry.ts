import { context, metrics, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Context, MeterProvider, Span, TextMapGetter, TracerProvider } from '@opentelemetry/api';
import { headerValue } from '@ai-proxy/core';
import type { Call, HttpHeaders, Policy, Receipt, TraceContext } from '@ai-proxy/core';
import { createBoundedValues } from '../labels/bounded-values.ts';
import { sharedAttributes, spanAttributes } from './attributes.ts';
import { attribute, bounds, instrument, operationName } from './names.ts';

export interface OpenTelemetryOptions {
  /** @default the one that the application has registered */
  readonly tracerProvider?: TracerProvider;
  /** @default the one that the application has registered */
  readonly meterProvider?: MeterProvider;
  /** Models that have a name of their own in the metrics; those beyond it are `other`. Spans name every one. @default 100 */
  readonly models?: number;
}

/**
 * Traces and measures calls by OpenTelemetry's GenAI conventions. It is a policy, the first that a call should pass: its span is a child of the caller's
 * (`traceparent`), is active for everything that comes after it, and goes up to the provider.
 */
export function openTelemetry({ tracerProvider, meterProvider, models = 100 }: OpenTelemetryOptions = {}): Policy {
  const tracer = (tracerProvider ?? trace).getTracer('@ai-proxy/logger');
  const meter = (meterProvider ?? metrics).getMeter('@ai-proxy/logger');
  const duration = meter.createHistogram(instrument.duration.name, {
    ...instrument.duration,
    advice: { explicitBucketBoundaries: [...bounds.duration] },
  });
  const tokens = meter.createHistogram(instrument.tokens.name, {
    ...instrument.tokens,
    advice: { explicitBucketBoundaries: [...bounds.tokens] },
  });
  const boundedModel = createBoundedValues(models);

  function end(span: Span, receipt: Receipt, system: string | undefined): void {
    if (span.isRecording()) {
      span.setAttributes(spanAttributes(receipt, system));
      if (receipt.modelServed !== undefined) span.updateName(`${operationName(receipt.operation)} ${receipt.modelServed}`);
      if (!isWell(receipt)) span.setStatus({ code: SpanStatusCode.ERROR, message: receipt.code ?? receipt.outcome });
    }
    span.end();
    const { modelAsked, modelServed, usage = {} } = receipt;
    const labels = sharedAttributes(
      { ...receipt, modelAsked: modelAsked && boundedModel(modelAsked), modelServed: modelServed && boundedModel(modelServed) },
      system,
    );
    duration.record(receipt.totalMs / 1000, labels);
    if (usage.inputTokens !== undefined) tokens.record(usage.inputTokens, { ...labels, [attribute.tokenType]: 'input' });
    if (usage.outputTokens !== undefined) tokens.record(usage.outputTokens, { ...labels, [attribute.tokenType]: 'output' });
  }

  return {
    name: 'opentelemetry',
    stage: 'identify',
    handle(call, next) {
      const parent = parentOf(call);
      const name = call.model === undefined ? operationName(call.operation) : `${operationName(call.operation)} ${call.model}`;
      const span = tracer.startSpan(name, { kind: SpanKind.CLIENT }, parent);
      void call.receipt.settled.then((receipt) => end(span, receipt, systemOf(call)));
      const active = trace.setSpan(parent, span);
      const outward = toTrace(active);
      if (outward) call.trace = outward;
      return context.with(active, next);
    },
  };
}

/** Who leaves, and who is refused for his own sake, is no failure of ours. */
const isWell = ({ outcome }: Receipt): boolean => outcome === 'ok' || outcome === 'caller_left' || outcome === 'refused';

const systemOf = ({ plan, native, receipt }: Call): string | undefined =>
  native?.provider.system ?? plan?.steps.find(({ provider }) => provider.name === receipt.provider)?.provider.system;

const getter: TextMapGetter<HttpHeaders> = {
  get: (headers, name) => headerValue(headers, name.toLowerCase()),
  keys: (headers) => Object.keys(headers),
};

/** An instrumented server has a span for the request already; else the caller's own is the parent. */
function parentOf(call: Call): Context {
  const active = context.active();
  return trace.getSpan(active) ? active : propagation.extract(active, call.headers, getter);
}

function toTrace(active: Context): TraceContext | undefined {
  const carrier: { traceparent?: string; tracestate?: string } = {};
  propagation.inject(active, carrier);
  const { traceparent, tracestate } = carrier;
  return traceparent === undefined ? undefined : { traceparent, ...(tracestate === undefined ? {} : { tracestate }) };
}
