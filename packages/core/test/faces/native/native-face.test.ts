import { describe, expect, it } from 'vitest';
import { createNativeFace } from '../../../src/faces/native/native-face.ts';
import { createFrameReader, ProxyError } from '../../../src/index.ts';
import type { Call, Frame, Framing } from '../../../src/index.ts';
import fc from 'fast-check';
import { testProvider } from '../../fixtures/test-provider.ts';
import { makeCall } from '../openai/make-call.ts';

const provider = testProvider('http://127.0.0.1:1');
const surface = provider.native ?? expect.fail('the provider has no surface');
const face = createNativeFace('test', surface);

function callWith(framing: Framing): Call {
  const route = { methods: ['POST'], path: '/v1/chat', operation: 'chat', kind: 'inference', framing } as const;
  return { ...makeCall('chat'), dialect: 'native', native: { provider, route, method: 'POST', path: '/v1/chat', query: '' } };
}

function read(text: string, framing: Framing): readonly Frame[] {
  return createFrameReader(framing, { maxFrameBytes: 1_000_000 }).push(new TextEncoder().encode(text))?.frames ?? [];
}

describe('the face of a provider’s own routes', () => {
  it('writes frames that a policy has changed so that they read as they were', () => {
    const data = fc.jsonValue().map((value) => JSON.stringify(value));
    const lines = fc.array(fc.stringMatching(/^[a-z :]{0,9}$/), { minLength: 2, maxLength: 4 }).map((some) => some.join('\n'));
    fc.assert(
      fc.property(fc.oneof(data, lines), fc.option(fc.stringMatching(/^[a-z.]{1,9}$/), { nil: undefined }), (text, event) => {
        const frame: Frame = { kind: 'event', data: text, ...(event === undefined ? {} : { event }) };
        const written = face.createEncoder(callWith('sse')).chunk(frame);
        expect(read(written, 'sse')).toEqual([frame]);
      }),
    );
    fc.assert(
      fc.property(data, (text) => {
        const frame: Frame = { kind: 'event', data: text };
        expect(read(face.createEncoder(callWith('ndjson')).chunk(frame), 'ndjson')).toEqual([frame]);
      }),
    );
  });

  it.each([
    ['sse', 'text/event-stream', 'data: {"fault":"Broken."}\n\n', ': ping\n\n'],
    ['ndjson', 'application/x-ndjson', '{"fault":"Broken."}\n', undefined],
  ] as const)('speaks %s', (framing, type, failure, keepAlive) => {
    const encoder = face.createEncoder(callWith(framing));
    const error = new ProxyError('Broken.', { status: 502, code: 'upstream_reset', source: 'provider' });
    expect([encoder.streamContentType, encoder.fail(error), encoder.keepAlive, encoder.end()]).toEqual([type, failure, keepAlive, '']);
  });

  it('says nothing of a failure that the provider has told already', () => {
    const error = new ProxyError('Broken.', { status: 502, code: null, source: 'provider', reported: true });
    expect(face.createEncoder(callWith('sse')).fail(error)).toBe('');
  });

  it('tells errors of the proxy’s own in the provider’s words', () => {
    expect(face.errorBody(new ProxyError('No.', { status: 404, code: 'path_not_found' }))).toEqual({
      fault: 'No.',
      kind: 'not_found_error',
    });
  });
});
