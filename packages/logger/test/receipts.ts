import type { Receipt } from '@ai-proxy/core';

/** A receipt as the proxy settles it, of a call that cost 2060 millionths of a dollar. */
export function receipt(id: string, more: Partial<Receipt> = {}): Receipt {
  return {
    id,
    operation: 'chat',
    dialect: 'canonical',
    face: 'openai',
    caller: { id: 'app' },
    key: 'key-1',
    team: 'engines',
    endUser: 'ada',
    tags: ['night'],
    metadata: { job: '7' },
    modelAsked: 'fast',
    provider: 'mistral',
    modelServed: 'mistral-small-latest',
    stream: false,
    status: 200,
    outcome: 'ok',
    code: undefined,
    usage: { inputTokens: 1000, outputTokens: 10, cachedTokens: 400 },
    estimator: undefined,
    cost: { micros: 2060, price: { source: 'a table', rates: { inputPerMillion: 2, outputPerMillion: 6 } } },
    attempts: 1,
    step: 0,
    startedAt: Date.UTC(2026, 10, 20, 12),
    firstByteMs: 100,
    totalMs: 200,
    overheadMs: 1.5,
    ...more,
  };
}
