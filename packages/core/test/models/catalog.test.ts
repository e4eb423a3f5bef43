import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createCatalog } from '../../src/models/catalog.ts';
import type { Catalog } from '../../src/models/catalog.ts';
import type { Transport, TransportResponse } from '../../src/index.ts';
import { testProvider } from '../fixtures/test-provider.ts';

const provider = testProvider('http://upstream.local', { lists: true });

/** A way out that answers when the test says so. */
function openCatalog(): {
  catalog: Catalog;
  asked: ((status: number, body: unknown) => void)[];
  warnings: unknown[];
  signals: AbortSignal[];
} {
  const asked: ((status: number, body: unknown) => void)[] = [];
  const signals: AbortSignal[] = [];
  const warnings: unknown[] = [];
  const transport: Transport = {
    send: ({ signal }) => {
      signals.push(signal);
      return new Promise<TransportResponse>((resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error));
        asked.push((status, body) => {
          const bytes = new TextEncoder().encode(JSON.stringify(body));
          resolve({
            status,
            headers: {},
            body: (async function* () {
              yield bytes;
            })(),
          });
        });
      });
    },
    close: async () => {},
  };
  const log = { debug() {}, info() {}, error() {}, warn: (fields: unknown) => void warnings.push(fields) };
  const upstream = { transport, clocks: { firstByte: 0, idle: 0 }, limits: { answer: 10_000, event: 10_000 } };
  return { catalog: createCatalog({ upstream, log, maxAge: 60_000, timeout: 10_000 }), asked, warnings, signals };
}

const models = (...ids: string[]): unknown => ({ data: ids.map((id) => ({ id })) });
const settle = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

describe('createCatalog', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const idsOf = async (catalog: Catalog): Promise<string[] | undefined> => {
    const listing = await catalog.listing(provider, {});
    return listing && [...listing.keys()];
  };

  it('asks when it is first asked itself, and lets everybody wait for that one answer', async () => {
    const { catalog, asked } = openCatalog();
    expect(catalog.known(provider, 'a')).toBeUndefined();
    expect(asked).toHaveLength(0);
    const both = Promise.all([idsOf(catalog), idsOf(catalog)]);
    await settle();
    expect(asked).toHaveLength(1);
    asked[0]?.(200, models('a', 'b'));
    expect(await both).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ]);
    expect(catalog.known(provider, 'a')).toEqual({ id: 'a' });
    expect(catalog.known(provider, 'c')).toBeUndefined();
  });

  it('gives an old listing at once, and reads it anew behind the caller’s back, once', async () => {
    const { catalog, asked } = openCatalog();
    const first = idsOf(catalog);
    await settle();
    asked[0]?.(200, models('a'));
    await first;
    vi.advanceTimersByTime(59_999);
    expect(await idsOf(catalog)).toEqual(['a']);
    expect(asked).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(await idsOf(catalog)).toEqual(['a']);
    expect(await idsOf(catalog)).toEqual(['a']);
    expect(asked).toHaveLength(2);
    asked[1]?.(200, models('b'));
    await settle();
    expect(await idsOf(catalog)).toEqual(['b']);
    expect(asked).toHaveLength(2);
  });

  it('keeps what it has where it cannot be read anew, and asks again after a while', async () => {
    const { catalog, asked, warnings } = openCatalog();
    const first = idsOf(catalog);
    await settle();
    asked[0]?.(200, models('a'));
    await first;
    vi.advanceTimersByTime(60_000);
    await idsOf(catalog);
    asked[1]?.(500, {});
    await settle();
    expect(await idsOf(catalog)).toEqual(['a']);
    expect(warnings).toHaveLength(1);
    expect(asked).toHaveLength(2);
    vi.advanceTimersByTime(5_000);
    expect(await idsOf(catalog)).toEqual(['a']);
    expect(asked).toHaveLength(3);
  });

  it('says that it knows nothing where the first answer fails, and does not ask at every call', async () => {
    const { catalog, asked } = openCatalog();
    const first = idsOf(catalog);
    await settle();
    asked[0]?.(503, {});
    expect(await first).toBeUndefined();
    expect(await idsOf(catalog)).toBeUndefined();
    expect(asked).toHaveLength(1);
    vi.advanceTimersByTime(5_000);
    const second = idsOf(catalog);
    await settle();
    asked[1]?.(200, models('a'));
    expect(await second).toEqual(['a']);
  });

  it.each([
    ['no JSON', 200, undefined],
    ['no list', 200, { models: [] }],
    ['too large', 200, { data: [{ id: 'x'.repeat(20_000) }] }],
    ['an error', 404, { error: { message: 'no' } }],
  ])('takes %s for a failure', async (_what, status, body) => {
    const { catalog, asked, warnings } = openCatalog();
    const first = idsOf(catalog);
    await settle();
    asked[0]?.(status, body);
    expect(await first).toBeUndefined();
    expect(warnings).toMatchObject([{ provider: 'test' }]);
  });

  it('lists an alias as an entry of its own, unless a model has the name', async () => {
    const { catalog, asked } = openCatalog();
    const first = catalog.listing(provider, {});
    await settle();
    asked[0]?.(200, {
      data: [
        { id: 'a', aliases: ['b', 'latest'] },
        { id: 'b', created: 7 },
      ],
    });
    const listing = await first;
    expect([...(listing ?? [])].map(([name, info]) => [name, info.id, info.created])).toEqual([
      ['a', 'a', undefined],
      ['b', 'b', 7],
      ['latest', 'latest', undefined],
    ]);
  });

  it('is empty where a provider lists nothing, and asks nothing', async () => {
    const { catalog, asked } = openCatalog();
    expect(await catalog.listing(testProvider('http://upstream.local'), {})).toEqual(new Map());
    expect(asked).toHaveLength(0);
  });
});
