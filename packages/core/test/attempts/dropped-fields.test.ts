import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDroppedFields } from '../../src/attempts/dropped-fields.ts';
import { isHeaderValue } from '../../src/headers/header-rules.ts';
import { completion } from '../fixtures/answers.ts';
import { sendJson, startUpstream } from '../fixtures/http-upstream.ts';
import { makeProxy } from '../fixtures/make-proxy.ts';
import { chatRequest } from '../fixtures/make-request.ts';
import { testProvider } from '../fixtures/test-provider.ts';

describe('createDroppedFields', () => {
  it('lists each field once, in the order of dropping; nothing where all was honoured', () => {
    const dropped = createDroppedFields('test', false);
    expect(dropped.header()).toBeUndefined();
    for (const field of ['seed', 'messages[2].name', 'seed', 'top_p']) dropped.drop(field);
    expect(dropped.header()).toBe('seed, messages[2].name, top_p');
  });

  it('is always a header value, of a bounded length, whatever the fields are called', () => {
    const name = fc.oneof(fc.string({ unit: 'binary', maxLength: 150 }), fc.constantFrom('a\r\nset-cookie: x', 'ü', '\u0000', 'a, b'));
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 40 }), (names) => {
        const dropped = createDroppedFields('test', false);
        for (const one of names) dropped.drop(one);
        const header = dropped.header() ?? '';
        expect(header.length).toBeLessThanOrEqual(1024 + ', ...'.length);
        expect(header).toMatch(/^[\w.[\]-]*(?:, [\w.[\]-]*)*$/);
        expect(isHeaderValue(header)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it('says that there were more', () => {
    const dropped = createDroppedFields('test', false);
    for (let index = 0; index < 1000; index += 1) dropped.drop(`field_${index}`);
    expect(dropped.header()).toMatch(/^field_0, .*, \.\.\.$/);
  });

  it('refuses with 400 that names field and provider where it is strict', () => {
    const dropped = createDroppedFields('test', true);
    expect(() => dropped.drop('seed', 'it has no seeds')).toThrow(
      expect.objectContaining({
        status: 400,
        code: 'unsupported_parameter',
        param: 'seed',
        source: 'caller',
        message: expect.stringContaining('it has no seeds') as string,
      }) as Error,
    );
    expect(dropped.header()).toBeUndefined();
  });
});

describe('a field that the provider cannot honour', () => {
  it('is left out and reported', async () => {
    const upstream = await startUpstream((_request, response) => sendJson(response, 200, completion('hi')));
    const answer = await makeProxy([testProvider(upstream.url)]).ask(chatRequest({ no_seed: 1, 'no_ü\n': 2, temperature: 1 }));
    expect(answer.status).toBe(200);
    expect(answer.headers['x-ai-proxy-dropped']).toBe('no_seed, no___');
    const sent = upstream.requests[0]?.json() ?? {};
    expect(Object.keys(sent).toSorted()).toEqual(['messages', 'model', 'temperature']);
  });

  it('is refused where the proxy is strict, and nothing goes up', async () => {
    const upstream = await startUpstream((_request, response) => sendJson(response, 200, completion('hi')));
    const { ask, receipts } = makeProxy([testProvider(upstream.url)], { strict: true });
    const answer = await ask(chatRequest({ no_seed: 1 }));
    expect(answer.status).toBe(400);
    expect(answer.error()).toMatchObject({ code: 'unsupported_parameter', param: 'no_seed', type: 'invalid_request_error' });
    expect(answer.headers['x-ai-proxy-error-source']).toBe('caller');
    expect(upstream.requests).toEqual([]);
    expect(receipts.map(({ outcome }) => outcome)).toEqual(['refused']);
  });
});
