import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createReceipt } from '../../src/receipt/create-receipt.ts';
import type { Outcome } from '../../src/receipt/outcome.ts';
import type { Receipt, ReceiptDraft } from '../../src/receipt/receipt.ts';
import { nothingAsked } from '../../src/receipt/cost.ts';
import type { PricedTarget, Prices } from '../../src/receipt/price.ts';
import type { Target } from '../../src/routing/plan.ts';
import { testProvider } from '../fixtures/test-provider.ts';

const targetAt = (name: string, model = 'small'): Target => ({
  provider: testProvider('http://127.0.0.1:9', { name }),
  model,
  modelInfo: { id: model, aliases: ['small-2601'] },
});

const start = { id: 'id-1', operation: 'chat', dialect: 'canonical', face: 'openai', model: 'fast', stream: true } as const;

function open(prices?: Prices): { draft: ReceiptDraft; delivered: Receipt[] } {
  const delivered: Receipt[] = [];
  const draft = createReceipt(start, { prices, onSettled: (receipt) => void delivered.push(receipt) });
  return { draft, delivered };
}

const outcome = fc.constantFrom<Outcome>(
  'ok',
  'caller_left',
  'refused',
  'provider_error',
  'upstream_reset',
  'timeout_total',
  'internal_error',
);

describe('createReceipt', () => {
  it('is settled once, by the first end, whatever comes after', async () => {
    const action = fc.oneof(
      fc.record({ kind: fc.constant('settle' as const), outcome, code: fc.option(fc.string(), { nil: undefined }) }),
      fc.record({ kind: fc.constant('attempt' as const), provider: fc.string() }),
      fc.record({ kind: fc.constant('firstByte' as const) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 12 }), outcome, async (actions, last) => {
        const { draft, delivered } = open();
        let expected: { outcome: Outcome; code: string | undefined; provider: string | undefined; attempts: number } | undefined;
        let provider: string | undefined;
        let attempts = 0;
        for (const one of actions) {
          expect(draft.isSettled).toBe(expected !== undefined);
          if (one.kind === 'settle') {
            expected ??= { outcome: one.outcome, code: one.code, provider, attempts };
            draft.settle(one.outcome, one.code);
          } else if (one.kind === 'attempt') {
            provider = one.provider;
            attempts += 1;
            draft.serving(targetAt(provider));
            draft.attempts = attempts;
          } else draft.firstByte();
        }
        expected ??= { outcome: last, code: undefined, provider, attempts };
        draft.settle(last);
        draft.settle('internal_error', 'late');
        expect(delivered).toHaveLength(1);
        expect(delivered[0]).toMatchObject(expected);
        expect(await draft.settled).toBe(delivered[0]);
      }),
      { numRuns: 200 },
    );
  });

  it('holds what the call was and what became of it', async () => {
    const { draft } = open();
    draft.caller = { id: 'team-a', key: 'k-1', team: 'a' };
    draft.endUser = 'ada';
    draft.tags = ['night'];
    draft.metadata = { job: '7' };
    draft.serving(targetAt('mistral', 'small'));
    draft.status = 200;
    draft.usage = { inputTokens: 3 };
    draft.attempts = 2;
    draft.step = 1;
    draft.firstByte();
    draft.settle('ok');
    const receipt = await draft.settled;
    expect(receipt).toEqual({
      id: 'id-1',
      operation: 'chat',
      dialect: 'canonical',
      face: 'openai',
      stream: true,
      caller: { id: 'team-a', key: 'k-1', team: 'a' },
      key: 'k-1',
      team: 'a',
      endUser: 'ada',
      tags: ['night'],
      metadata: { job: '7' },
      modelAsked: 'fast',
      provider: 'mistral',
      modelServed: 'small',
      status: 200,
      usage: { inputTokens: 3 },
      estimator: undefined,
      cost: null,
      attempts: 2,
      step: 1,
      outcome: 'ok',
      code: undefined,
      startedAt: expect.any(Number) as number,
      firstByteMs: expect.any(Number) as number,
      totalMs: expect.any(Number) as number,
      overheadMs: expect.any(Number) as number,
    });
    expect(receipt.totalMs).toBeGreaterThanOrEqual(receipt.firstByteMs ?? Infinity);
  });

  it('notes the first byte only once, and nothing where none came', async () => {
    const { draft } = open();
    draft.settle('refused', 'invalid_json');
    expect((await draft.settled).firstByteMs).toBeUndefined();

    const other = open();
    other.draft.firstByte();
    const before = performance.now();
    while (performance.now() === before);
    other.draft.firstByte();
    other.draft.settle('ok');
    const { firstByteMs = Infinity, totalMs } = await other.draft.settled;
    expect(firstByteMs).toBeLessThan(totalMs);
  });

  describe('its cost', () => {
    const price = { source: 'a table', rates: { inputPerMillion: 2, outputPerMillion: 6 } };
    const asked: PricedTarget[] = [];
    const prices: Prices = {
      priceOf(target) {
        asked.push(target);
        return target.model === 'small' ? price : undefined;
      },
    };

    it('is what the target that served asks for what was used, with the price itself', async () => {
      const { draft } = open(prices);
      draft.attempts = 2;
      draft.serving(targetAt('dear', 'large'));
      draft.serving(targetAt('mistral'));
      draft.usage = { inputTokens: 1000, outputTokens: 10 };
      draft.settle('ok');
      expect((await draft.settled).cost).toEqual({ micros: 2060, price });
      expect(asked.at(-1)).toMatchObject({
        system: 'test',
        provider: 'mistral',
        model: 'small',
        otherNames: ['small-2601'],
        operation: 'chat',
      });
    });

    it.each([
      ['nobody knows the price', prices, targetAt('mistral', 'large'), { inputTokens: 1 }],
      ['nobody stated the usage', prices, targetAt('mistral'), undefined],
      ['there are no prices', undefined, targetAt('mistral'), { inputTokens: 1 }],
    ])('is unknown, and not 0, where %s', async (_what, table, target, usage) => {
      const { draft } = open(table);
      draft.attempts = 1;
      draft.serving(target);
      draft.usage = usage;
      draft.settle('ok');
      expect((await draft.settled).cost).toBeNull();
    });

    it('is nothing where no provider was asked', async () => {
      const { draft } = open();
      draft.serving(targetAt('mistral'));
      draft.settle('refused', 'invalid_json');
      expect((await draft.settled).cost).toEqual(nothingAsked);
    });

    it('is estimated for a process that may die before the answer', () => {
      const { draft } = open(prices);
      draft.serving(targetAt('mistral'));
      expect(draft.ifLost({ inputTokens: 500 }, 'a guess')).toMatchObject({
        outcome: 'process_died',
        usage: { inputTokens: 500 },
        estimator: 'a guess',
        cost: { micros: 1000 },
      });
      expect(draft.isSettled).toBe(false);
    });
  });
});
