import { json } from '../server/answer.ts';
import type { Answer } from '../server/answer.ts';
import { encode } from './delivery-order.ts';
import type { DeliveryOrder } from './delivery-order.ts';
import type { RetryAfter } from './fault.ts';

/** The answer that a fault puts in the place of the right one. */
export function replaceAnswer({ answer, fault, dialect }: DeliveryOrder): Answer {
  switch (fault?.name) {
    case 'prettyJson': {
      if (answer.kind !== 'stream' || answer.whole === undefined) return answer;
      const whole = json(answer.status, answer.whole, { 'content-type': 'application/json; charset=utf-8' });
      return answer.truth === undefined ? whole : { ...whole, truth: answer.truth };
    }
    case 'okWithJsonError':
      return json(200, dialect.inside);
    case 'okWithHtml':
      return {
        kind: 'bytes',
        status: 200,
        contentType: 'text/html; charset=utf-8',
        bytes: encode('<html><body><h1>Just a moment…</h1></body></html>'),
      };
    case 'status500Empty':
      return { kind: 'bytes', status: 500, contentType: '', bytes: new Uint8Array() };
    case 'status429':
      return json(429, dialect.rateLimited, retryHeaders(fault.retryAfter ?? { seconds: 1 }));
    case 'loading503Then200':
      return json(503, dialect.loading);
    case 'redirect':
      return {
        kind: 'bytes',
        status: 307,
        contentType: '',
        bytes: new Uint8Array(),
        headers: { location: fault.location ?? '/redirected' },
      };
    default:
      return answer;
  }
}

function retryHeaders(retry: RetryAfter): Record<string, string> {
  if ('seconds' in retry) return { 'retry-after': String(retry.seconds) };
  if ('milliseconds' in retry) return { 'retry-after-ms': String(retry.milliseconds) };
  return { 'retry-after': typeof retry.date === 'string' ? retry.date : retry.date.toUTCString() };
}
