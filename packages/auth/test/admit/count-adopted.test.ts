import type { KeyRecord, Receipt } from '@ai-proxy/core';
import { madeUpReceipt } from '@ai-proxy/testing';
import { describe, expect, it } from 'vitest';
import { keys } from '../../src/keys.ts';
import type { Keys } from '../../src/keys.ts';
import { losingCounter } from '../fixtures/losing-counter.ts';
import { chat, makeGateway } from '../fixtures/make-gateway.ts';
import type { Gateway } from '../fixtures/make-gateway.ts';

const time = Date.UTC(2026, 4, 4, 12);
const settled = () => new Promise((resolve) => setTimeout(resolve, 20));
const limits = { budgets: [{ limit: 100_000 }] };
/** 3 tokens in, 4 out. */
const truth = 43;

const cost = (micros: number) => ({ cost: { micros, price: { source: 'x', rates: {} } } });
/** What is in the journal of a process that died while a call was under way: of the caller only the id. */
const died = (id: string, micros: number, differences: Partial<Receipt> = {}): Receipt =>
  madeUpReceipt(id, { outcome: 'process_died', startedAt: time, tags: [], team: undefined, ...cost(micros), ...differences });

async function used({ counter }: Gateway, kind: string, id: string): Promise<number | undefined> {
  const [reading] = await counter.read('ai-proxy', [{ kind: 'sum', key: JSON.stringify([kind, id, null, 'money', '', 'UTC', 0, 0]) }]);
  return reading?.used;
}

interface Scene {
  readonly gateway: Gateway;
  /** Another process that shares the stores. */
  readonly survivor: Keys;
  readonly key: string;
}

async function setUp(differences: Partial<KeyRecord> = {}, counter: Gateway['counter'] = losingCounter()): Promise<Scene> {
  const owners = { ada: limits };
  const gateway = await makeGateway({ counter, owners });
  const survivor = keys({ store: gateway.store, counter, ledger: gateway.ledger, owners, now: () => time, patience: { timeout: 50 } });
  const key = await gateway.addKey({ id: 'key_a', owner: 'ada', limits, ...differences });
  await gateway.ask(chat(key));
  await settled();
  return { gateway, survivor, key };
}

describe('the spend of a process that has died', () => {
  it('is counted in all budgets that are open, and once however often it is told', async () => {
    const { gateway, survivor } = await setUp();
    const receipts = [died('a', 500, { key: 'key_a', caller: { id: 'ada' } }), died('b', 70, { key: 'key_a', caller: { id: 'ada' } })];
    await survivor.countAdopted(receipts);
    await survivor.countAdopted(receipts);
    expect([await used(gateway, 'key', 'key_a'), await used(gateway, 'owner', 'ada')]).toEqual([truth + 570, truth + 570]);
  });

  it('leaves a budget that is not open to be opened with what the ledger says', async () => {
    const { gateway, survivor, key } = await setUp();
    const receipt = died('a', 500, { key: 'key_a', caller: { id: 'ada' } });
    const counter = gateway.counter as ReturnType<typeof losingCounter>;
    gateway.pass(60_000);
    counter.lose();
    await gateway.ledger.record([receipt]);
    await survivor.countAdopted([receipt]);
    expect(await used(gateway, 'key', 'key_a')).toBe(undefined);
    await gateway.ask(chat(key));
    await settled();
    expect(await used(gateway, 'key', 'key_a')).toBe(500 + truth);
  });

  it('frees what the call was holding', async () => {
    const { gateway, survivor } = await setUp();
    const window = { kind: 'sum', key: JSON.stringify(['key', 'key_a', null, 'money', '', 'UTC', 0, 0]), amount: 9000 } as const;
    await gateway.counter.reserve({ id: 'a', root: 'ai-proxy', ttl: 60_000, windows: [window] });
    await survivor.countAdopted([died('a', 500, { key: 'key_a', caller: { id: 'ada' } })]);
    expect(await used(gateway, 'key', 'key_a')).toBe(truth + 500);
  });

  it('counts for the owner though the key is gone, and for nobody where nothing is known to cost', async () => {
    const { gateway, survivor } = await setUp();
    await survivor.countAdopted([
      died('a', 500, { key: 'key_gone', caller: { id: 'ada' } }),
      died('b', 0, { key: 'key_a', caller: { id: 'ada' } }),
      died('c', 1, { key: 'key_a', caller: { id: 'ada' }, cost: null }),
    ]);
    expect([await used(gateway, 'key', 'key_a'), await used(gateway, 'owner', 'ada')]).toEqual([truth, truth + 500]);
  });

  it('is not counted again where the call had ended long before: that was told then', async () => {
    const { gateway, survivor } = await setUp();
    const ended = (id: string, ago: number): Receipt =>
      died(id, 100, { key: 'key_a', caller: { id: 'ada' }, outcome: 'ok', startedAt: time - ago, totalMs: 1000 });
    await survivor.countAdopted([ended('long ago', 200_000), ended('lately', 50_000)]);
    expect(await used(gateway, 'key', 'key_a')).toBe(truth + 100);
  });

  it('is told again where the counter is away', async () => {
    const counter = losingCounter();
    const { gateway, survivor } = await setUp({}, counter);
    counter.behave('refuses');
    const receipts = [died('a', 500, { key: 'key_a', caller: { id: 'ada' } })];
    await expect(survivor.countAdopted(receipts)).rejects.toMatchObject({ code: 'store_unavailable' });
    counter.behave('well');
    await survivor.countAdopted(receipts);
    expect(await used(gateway, 'key', 'key_a')).toBe(truth + 500);
  });
});
