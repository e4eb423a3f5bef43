import type { Receipt } from '@ai-proxy/core';

/** A receipt as a proxy would hand it over; what is not given is that of a small chat with Mistral. */
export function madeUpReceipt(id: string, differences: Partial<Receipt> = {}): Receipt {
  return {
    id,
    operation: 'chat',
    dialect: 'canonical',
    face: 'openai',
    caller: { id: 'ada', mail: 'ada@example.com' },
    key: 'key-1',
    team: 'research',
    endUser: 'reader-7',
    tags: ['night', 'batch'],
    metadata: { job: '17' },
    modelAsked: 'fast',
    provider: 'mistral',
    modelServed: 'mistral-small-latest',
    stream: true,
    status: 200,
    outcome: 'ok',
    code: undefined,
    usage: { inputTokens: 100, outputTokens: 20, cachedTokens: 60, reasoningTokens: 5 },
    estimator: undefined,
    cost: { micros: 1234, price: { source: 'a list of prices 2026-10-01', rates: { inputPerMillion: 0.1, outputPerMillion: 0.3 } } },
    attempts: 1,
    step: 0,
    startedAt: noon,
    firstByteMs: 12.345,
    totalMs: 456.789,
    overheadMs: 0.321,
    ...differences,
  };
}

/** The moment at which made-up calls start: 2026-03-10, 12:00 UTC. */
export const noon: number = Date.UTC(2026, 2, 10, 12);

export const hour = 3_600_000;
export const day: number = 24 * hour;

/** Ids that sort in the order of their numbers. */
export const idOf = (number: number): string => `0195-${String(number).padStart(8, '0')}`;
