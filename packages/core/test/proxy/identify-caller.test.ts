import { describe, expect, it } from 'vitest';
import { definePolicy, ProxyError } from '../../src/index.ts';
import type { CallerAnswer } from '../../src/index.ts';
import { completion } from '../fixtures/answers.ts';
import { createGate } from '../fixtures/gate.ts';
import { sendJson, startUpstream } from '../fixtures/http-upstream.ts';
import type { HttpUpstream } from '../fixtures/http-upstream.ts';
import { makeProxy } from '../fixtures/make-proxy.ts';
import type { TestProxy } from '../fixtures/make-proxy.ts';
import { chatRequest, makeRequest } from '../fixtures/make-request.ts';
import { testProvider } from '../fixtures/test-provider.ts';

async function serve(policies: Parameters<typeof definePolicy>[0][] = []): Promise<TestProxy & { upstream: HttpUpstream }> {
  const upstream = await startUpstream((_request, response) => sendJson(response, 200, completion('hi')));
  return { ...makeProxy([testProvider(upstream.url)], { policies }), upstream };
}

describe('the caller as the application knows him', () => {
  it('is on the call before any policy sees it, and in the receipt', async () => {
    const seen: unknown[] = [];
    const { ask, receipt } = await serve([{ name: 'look', stage: 'identify', handle: (call, next) => (seen.push(call.caller), next()) }]);
    const reply = await ask(chatRequest({}, { caller: () => ({ id: 'ada', team: 'engines' }) }));
    expect([reply.status, seen]).toEqual([200, [{ id: 'ada', team: 'engines' }]]);
    expect((await receipt(0)).caller).toEqual({ id: 'ada', team: 'engines' });
  });

  it('may be told later', async () => {
    const { ask, receipt } = await serve();
    expect((await ask(chatRequest({}, { caller: async () => ({ id: 'ada' }) }))).status).toBe(200);
    expect((await receipt(0)).caller).toEqual({ id: 'ada' });
  });

  it.each<[string, () => CallerAnswer | Promise<CallerAnswer>]>([
    ['undefined', () => undefined],
    ['null', () => null],
    ['undefined, later', async () => undefined],
  ])('is refused where he is nobody: %s', async (_what, caller) => {
    const { ask, receipt, upstream } = await serve();
    const reply = await ask(chatRequest({}, { caller }));
    expect([reply.status, reply.json()]).toMatchObject([401, { error: { type: 'authentication_error', code: 'caller_unknown' } }]);
    expect(await receipt(0)).toMatchObject({ caller: undefined, outcome: 'refused', code: 'caller_unknown' });
    expect(upstream.requests).toEqual([]);
  });

  it.each(['/v1/models', '/v1/models/test%2Fsmall', '/test/v1/things', '/test/v1/files/1/content'])(
    'is asked for at %s as well',
    async (target) => {
      const { ask, upstream } = await serve();
      expect((await ask(makeRequest(target, undefined, { caller: () => undefined }))).status).toBe(401);
      expect(upstream.requests).toEqual([]);
    },
  );

  it('may be known to a policy of the same stage instead', async () => {
    const key = definePolicy({
      name: 'key',
      stage: 'identify',
      handle(call, next) {
        call.caller = { id: 'by key' };
        return next();
      },
    });
    const { ask, receipt } = await serve([key]);
    expect((await ask(chatRequest({}, { caller: () => undefined }))).status).toBe(200);
    expect((await receipt(0)).caller).toEqual({ id: 'by key' });
  });

  it.each<[string, () => unknown]>([
    ['a number as the id', () => ({ id: 7 })],
    ['an empty id', () => ({ id: '' })],
    ['no id', () => ({ name: 'ada' })],
    ['true', () => true],
    ['text', () => 'ada'],
    ['an error', () => Promise.reject(new Error('secret: the session store is down'))],
    [
      'a throw',
      () => {
        throw new Error('secret: the session store is down');
      },
    ],
  ])('lets nobody in where the application answers %s', async (_what, caller) => {
    const { ask, logs, upstream } = await serve();
    const reply = await ask(chatRequest({}, { caller: caller as () => CallerAnswer }));
    expect([reply.status, reply.json()]).toMatchObject([500, { error: { code: 'internal_error' } }]);
    expect(reply.text).not.toContain('secret');
    expect(logs).toMatchObject([
      { level: 'error', fields: { cause: expect.stringMatching(/The option "caller" answered|session store/) } },
    ]);
    expect(upstream.requests).toEqual([]);
  });

  it('is refused with the words of the application where it throws a ProxyError', async () => {
    const { ask } = await serve();
    const blocked = new ProxyError('This account is blocked.', { status: 403, code: 'route_closed', source: 'policy' });
    const reply = await ask(chatRequest({}, { caller: () => Promise.reject(blocked) }));
    expect([reply.status, reply.json()]).toMatchObject([403, { error: { message: 'This account is blocked.' } }]);
  });

  it('is not waited for once he has left', async () => {
    const { handle, receipt, upstream } = await serve();
    const leaving = new AbortController();
    const asked = createGate<undefined>();
    const answer = handle(
      chatRequest({}, { signal: leaving.signal, caller: () => (asked.open(undefined), new Promise<CallerAnswer>(() => {})) }),
    );
    await asked.opened;
    leaving.abort(new ProxyError('gone', { status: 499, code: 'caller_left', source: 'caller' }));
    await answer;
    expect(await receipt(0)).toMatchObject({ outcome: 'caller_left' });
    expect(upstream.requests).toEqual([]);
  });
});
