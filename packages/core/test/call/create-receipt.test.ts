import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createReceipt } from '../../src/call/create-receipt.ts';
import type { Outcome } from '../../src/call/outcome.ts';
import type { Receipt, ReceiptDraft } from '../../src/call/receipt.ts';

const start = { id: 'id-1', operation: 'chat', dialect: 'canonical', face: 'openai', model: 'fast', stream: true } as const;

function open(): { draft: ReceiptDraft; delivered: Receipt[] } {
  const delivered: Receipt[] = [];
  const draft = createReceipt(start, (receipt) => {
    delivered.push(receipt);
  });
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
            draft.provider = provider;
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
    draft.caller = { id: 'team-a' };
    draft.provider = 'mistral';
    draft.modelServed = 'small';
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
      caller: { id: 'team-a' },
      modelAsked: 'fast',
      provider: 'mistral',
      modelServed: 'small',
      status: 200,
      usage: { inputTokens: 3 },
      attempts: 2,
      step: 1,
      outcome: 'ok',
      code: undefined,
      startedAt: expect.any(Number) as number,
      firstByteMs: expect.any(Number) as number,
      totalMs: expect.any(Number) as number,
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
});
