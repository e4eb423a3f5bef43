import { describe, expect, it } from 'vitest';
import { traceHeaders } from '../../src/headers/trace-headers.ts';

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

describe('traceHeaders', () => {
  it.each<[string, Record<string, string>, Record<string, string>]>([
    ["are the caller's", { traceparent, tracestate: 'a=1' }, { traceparent, tracestate: 'a=1' }],
    ['are none where the caller sends none', { tracestate: 'a=1' }, {}],
    ['stay on the connection that they are of', { traceparent, connection: 'TraceParent' }, {}],
    ['leave the state where it is of the connection', { traceparent, tracestate: 'a=1', connection: 'close, tracestate' }, { traceparent }],
    ['hold no control characters', { traceparent: 'a\r\nx: y' }, {}],
  ])('%s', (_what, headers, expected) => {
    expect(traceHeaders({ trace: undefined, headers })).toEqual(expected);
  });

  it('are those of the span that a policy has opened, with nothing of the caller', () => {
    const own = traceparent.replace('b7ad', 'ffff');
    expect(traceHeaders({ trace: { traceparent: own }, headers: { traceparent, tracestate: 'a=1' } })).toEqual({ traceparent: own });
  });
});
