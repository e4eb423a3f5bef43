import type { HttpHeaders } from '../http/headers.ts';
import { isHeaderValue, nominatedHeaders } from './header-rules.ts';

/** Under which ids a provider files what it is asked, by W3C's Trace Context. */
export interface TraceContext {
  readonly traceparent: string;
  readonly tracestate?: string;
}

/** The trace that goes up: that of a policy which has opened a span for the call, or else the caller's own. */
export function traceHeaders(call: { readonly trace: TraceContext | undefined; readonly headers: HttpHeaders }): Record<string, string> {
  const { traceparent, tracestate } = call.trace ?? ofCaller(call.headers);
  if (traceparent === undefined || !isHeaderValue(traceparent)) return {};
  return { traceparent, ...(tracestate === undefined || !isHeaderValue(tracestate) ? {} : { tracestate }) };
}

function ofCaller(headers: HttpHeaders): Partial<TraceContext> {
  const { traceparent, tracestate } = headers;
  if (typeof traceparent !== 'string') return {};
  const nominated = nominatedHeaders(headers);
  if (nominated.has('traceparent')) return {};
  return { traceparent, ...(typeof tracestate === 'string' && !nominated.has('tracestate') ? { tracestate } : {}) };
}
