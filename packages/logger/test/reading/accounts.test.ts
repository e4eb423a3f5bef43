import { createFetchDoor, memoryLedger } from '@ai-proxy/core';
import type { Ledger, Receipt } from '@ai-proxy/core';
import { describe, expect, it } from 'vitest';
import { accounts, feedback } from '../../src/reading/index.ts';
import { receipt } from '../receipts.ts';

const masterKey = 'sk-master-0123456789';
const now = Date.UTC(2026, 10, 21);

async function open(receipts: readonly Receipt[] = []): Promise<{ ledger: Ledger; get(path: string, key?: string): Promise<Response> }> {
  const ledger = memoryLedger();
  await ledger.record(receipts);
  const fetch = createFetchDoor(accounts({ ledger, masterKey, now: () => now }));
  return { ledger, get: (path, key = masterKey) => fetch(`http://local${path}`, { headers: { authorization: `Bearer ${key}` } }) };
}

const jsonOf = async (response: Response): Promise<unknown> => response.json();
const errorOf = async (response: Response): Promise<unknown> => ((await response.json()) as { error: unknown }).error;

describe('GET /spend', () => {
  const calls = [
    receipt('c-1'),
    receipt('c-2', { team: 'wheels', outcome: 'caller_left', estimator: 'output characters / 4' }),
    receipt('c-3', { cost: null }),
    receipt('c-4', { startedAt: Date.UTC(2026, 8, 1) }),
  ];

  it('sums by a dimension, and counts what is not known apart', async () => {
    const { get } = await open(calls);
    expect(await jsonOf(await get('/spend?by=team&from=30d'))).toEqual({
      by: 'team',
      from: '2026-10-22T00:00:00.000Z',
      to: null,
      more: false,
      rows: [
        {
          value: 'engines',
          calls: 2,
          okCalls: 2,
          estimatedCalls: 0,
          unknownCalls: 1,
          micros: 2060,
          dollars: '0.00206',
          inputTokens: 2000,
          outputTokens: 20,
          cachedTokens: 800,
          reasoningTokens: 0,
        },
        {
          value: 'wheels',
          calls: 1,
          okCalls: 0,
          estimatedCalls: 1,
          unknownCalls: 0,
          micros: 2060,
          dollars: '0.00206',
          inputTokens: 1000,
          outputTokens: 10,
          cachedTokens: 400,
          reasoningTokens: 0,
        },
      ],
    });
  });

  it('gives one row a day where it is asked to', async () => {
    const { get } = await open(calls);
    expect(await jsonOf(await get('/spend?by=model&per=day'))).toMatchObject({
      rows: [
        { value: 'mistral-small-latest', at: '2026-09-01T00:00:00.000Z', calls: 1 },
        { value: 'mistral-small-latest', at: '2026-11-20T00:00:00.000Z', calls: 3 },
      ],
    });
  });

  it('comes as CSV too, where a formula is text', async () => {
    const { get } = await open([receipt('c-1', { endUser: '=HYPERLINK("x"),y' })]);
    const response = await get('/spend?by=endUser&format=csv');
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(await response.text()).toBe(
      'endUser,at,calls,okCalls,estimatedCalls,unknownCalls,inputTokens,outputTokens,cachedTokens,reasoningTokens,dollars\r\n' +
        '"\'=HYPERLINK(""x""),y",,1,1,0,0,1000,10,400,0,0.00206\r\n',
    );
  });

  it.each([
    ['/spend', 'by', 'Say by what to sum: by=key, team'],
    ['/spend?by=colour', 'by', '"by" has to be one of key, team'],
    ['/spend?by=key&form=30d', 'form', 'did you mean "from"?'],
    ['/spend?by=key&by=team', 'by', 'more than once'],
    ['/spend?by=key&from=yesterday', 'from', 'is no moment'],
    ['/spend?by=key&limit=-1', 'limit', 'whole number'],
    ['/spend?by=key&format=xml', 'format', 'one of json, csv'],
    ['/calls?user=ada', 'user', 'There is no parameter "user"'],
    ['/calls?cursor=zzz', 'cursor', 'not one that this ledger has given out'],
  ])('says what is wrong with %s', async (path, param, message) => {
    const { get } = await open(calls);
    const response = await get(path);
    expect(response.status).toBe(400);
    expect(await errorOf(response)).toMatchObject({
      param,
      code: 'invalid_parameter',
      message: expect.stringContaining(message) as string,
    });
  });
});

describe('GET /calls', () => {
  const calls = Array.from({ length: 7 }, (_, index) =>
    receipt(`c-${index}`, { startedAt: Date.UTC(2026, 10, 20, 12, index), ...(index % 2 ? { outcome: 'caller_left' } : {}) }),
  );

  it('gives calls page by page, the newest first, until there is no next', async () => {
    const { get } = await open(calls);
    const ids: string[] = [];
    let next: string | null = '';
    while (next !== null) {
      const page = (await jsonOf(await get(`/calls?limit=3${next === '' ? '' : `&cursor=${encodeURIComponent(next)}`}`))) as {
        calls: { id: string }[];
        next: string | null;
      };
      ids.push(...page.calls.map(({ id }) => id));
      next = page.next;
    }
    expect(ids).toEqual(['c-6', 'c-5', 'c-4', 'c-3', 'c-2', 'c-1', 'c-0']);
  });

  it('filters', async () => {
    const { get } = await open(calls);
    const page = (await jsonOf(await get('/calls?outcome=caller_left&from=2026-11-20T12:02:00Z'))) as { calls: { id: string }[] };
    expect(page.calls.map(({ id }) => id)).toEqual(['c-5', 'c-3']);
  });

  it('gives all of them as CSV, in pages of its own', async () => {
    const many = Array.from({ length: 1203 }, (_, index) =>
      receipt(`c-${index}`, { startedAt: now - index, ...(index === 0 ? { cost: null } : {}) }),
    );
    const { get } = await open(many);
    const lines = (await (await get('/calls?format=csv')).text()).trimEnd().split('\r\n');
    expect(lines).toHaveLength(1204);
    expect(lines[1]).toBe(
      'c-0,2026-11-21T00:00:00.000Z,chat,app,key-1,engines,ada,night,mistral,fast,mistral-small-latest,false,200,ok,,1000,10,400,,,,,,unknown,1,100,200,1.5,',
    );
    expect(new Set(lines).size).toBe(1204);
  });

  it('gives one, with its unknown cost as null', async () => {
    const { get } = await open([receipt('c/1', { cost: null })]);
    expect(await jsonOf(await get('/calls/c%2F1'))).toMatchObject({ id: 'c/1', cost: null, startedAt: '2026-11-20T12:00:00.000Z' });
    expect((await get('/calls/c-2')).status).toBe(404);
    expect((await get('/calls/%zz')).status).toBe(400);
  });
});

describe('the handler', () => {
  it.each(['/spend?by=key', '/calls', '/calls/c-1', '/calls?format=csv'])('shows nothing without the master key: %s', async (path) => {
    const { get } = await open([receipt('c-1')]);
    const response = await get(path, 'sk-other');
    expect([response.status, await response.text()]).toEqual([401, expect.not.stringContaining('mistral')]);
  });

  it.each(['/', '/spending', '/spend/x', '/calls/a/b', '/v1/models'])('leaves other paths to others: %s', async (path) => {
    const handler = accounts({ ledger: memoryLedger(), masterKey });
    expect(
      await handler({ method: 'GET', target: path, headers: {}, body: { kind: 'none' }, signal: new AbortController().signal }),
    ).toBeUndefined();
  });

  it('only reads', async () => {
    const fetch = createFetchDoor(accounts({ ledger: memoryLedger(), masterKey }));
    const response = await fetch('http://local/calls', { method: 'DELETE', headers: { 'x-api-key': masterKey } });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });
});

describe('POST /v1/feedback', () => {
  const post = (ledger: Ledger, body: unknown, init = {}): Promise<Response> =>
    createFetchDoor(feedback({ ledger }))('http://local/v1/feedback', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      ...init,
    });

  it('keeps a score with the call', async () => {
    const { ledger, get } = await open([receipt('c-1')]);
    const response = await post(ledger, { trace_id: 'c-1', value: -1, weight: 0.5, metadata: { why: 'wrong' } });
    expect([response.status, await response.json()]).toMatchObject([200, { status: 'success', feedback_ids: ['c-1'] }]);
    expect(await jsonOf(await get('/calls/c-1'))).toMatchObject({ feedback: { value: -1, weight: 0.5, metadata: { why: 'wrong' } } });
  });

  it.each<[unknown, number, string]>([
    [{ value: 1 }, 400, 'trace_id'],
    [{ trace_id: 'c-1' }, 400, 'value'],
    [{ trace_id: 'c-1', value: 11 }, 400, 'value'],
    [{ trace_id: 'c-1', value: 0.5 }, 400, 'value'],
    [{ trace_id: 'c-1', value: 1, weight: 2 }, 400, 'weight'],
    [{ trace_id: 'c-1', value: 1, metadata: [] }, 400, 'metadata'],
    [[], 400, 'JSON object'],
    [{ trace_id: 'c-9', value: 1 }, 404, 'no call of this id'],
  ])('says what is wrong with %j', async (body, status, message) => {
    const { ledger } = await open([receipt('c-1')]);
    const response = await post(ledger, body);
    expect([response.status, await errorOf(response)]).toMatchObject([status, { message: expect.stringContaining(message) as string }]);
    expect((await ledger.call('c-1'))?.feedback).toBeUndefined();
  });

  it('takes nothing from nobody, where the application says who is asking', async () => {
    const { ledger } = await open([receipt('c-1')]);
    expect((await post(ledger, { trace_id: 'c-1', value: 1 }, { caller: undefined })).status).toBe(401);
    expect((await post(ledger, { trace_id: 'c-1', value: 1 }, { caller: { id: 'app' } })).status).toBe(200);
  });
});
