import type { CounterWindow, Reservation } from '@ai-proxy/core';

export const budget = { kind: 'sum', key: 'budget' } as const;
export const parallel = { kind: 'gauge', key: 'parallel' } as const;

export const sum = (amount: number, limit?: number): CounterWindow => ({ ...budget, amount, ...(limit === undefined ? {} : { limit }) });
export const gauge = (limit?: number): CounterWindow => ({ ...parallel, amount: 1, ...(limit === undefined ? {} : { limit }) });
export const rate: CounterWindow = { kind: 'rate', key: 'rpm', amount: 1, limit: 100_000, period: 60_000 };

export const reservation = (id: string, windows: readonly CounterWindow[], ttl = 60_000, root = 'tenant'): Reservation => ({
  id,
  root,
  ttl,
  windows,
});
