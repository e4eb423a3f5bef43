import { KeyConflict } from '@ai-proxy/core';
import type { KeyChange, KeyRecord } from '@ai-proxy/core';

/** A moment in 2026. */
export const morning: number = Date.UTC(2026, 4, 4, 8);

/** The hash of a key that nobody has. */
export const hashOf = (number: number): string => number.toString(16).padStart(64, '0');

/** A record as key administration would hand it over; what is not given is that of a plain key. */
export function madeUpKey(number: number, differences: Partial<KeyRecord> = {}): KeyRecord {
  return {
    id: `key_${String(number).padStart(4, '0')}`,
    hash: hashOf(number),
    earlier: [],
    masked: 'sk-...w3Zk',
    alias: undefined,
    owner: undefined,
    team: undefined,
    parent: undefined,
    models: [],
    modelAliases: {},
    operations: [],
    routes: [],
    expiresAt: undefined,
    blocked: false,
    tags: [],
    metadata: {},
    maxOutputTokens: undefined,
    limits: {},
    endUserLimits: {},
    managesKeys: false,
    createdAt: morning,
    updatedAt: morning,
    createdBy: 'operator',
    version: 1,
    ...differences,
  };
}

/** A record with something in every field. */
export const fullKey: KeyRecord = madeUpKey(77, {
  earlier: [
    { hash: hashOf(770), until: morning + 60_000 },
    { hash: hashOf(771), until: morning + 120_000 },
  ],
  alias: "Zoë's key; drop table keys --",
  owner: 'ada@example.com',
  team: 'research',
  parent: 'key_0001',
  models: ['fast', 'mistral/*'],
  modelAliases: { 'gpt-4o': 'mistral/mistral-large-latest' },
  operations: ['chat', 'ocr'],
  routes: ['/v1/chat/completions', '/mistral/*'],
  expiresAt: morning + 86_400_000,
  blocked: true,
  tags: ['night', 'étude'],
  metadata: { note: 'für "später" 🔑', nested: { list: [1, 2.5, null, true] } },
  maxOutputTokens: 4096,
  limits: {
    budgets: [{ limit: 12_500_000, soft: 10_000_000, every: '1mo', timezone: 'Europe/Paris' }, { limit: 1_000_000_000 }],
    requestsPerMinute: 60,
    tokensPerMinute: 100_000,
    parallel: 4,
    perModel: { 'mistral/*': { requestsPerMinute: 10, budgets: [{ limit: 5, every: '1d' }] } },
  },
  endUserLimits: { requestsPerMinute: 5 },
  managesKeys: true,
  createdBy: 'key_0001',
});

/** The account of a change. */
export function madeUpChange(number: number, key: string, differences: Partial<KeyChange> = {}): KeyChange {
  return {
    id: `change_${String(number).padStart(6, '0')}`,
    at: morning + number,
    by: 'operator',
    action: 'generate',
    key,
    before: {},
    after: { blocked: false },
    ...differences,
  };
}

/** Why a store refused, or what else came of it. */
export async function conflictOf(writing: Promise<unknown>): Promise<string> {
  try {
    await writing;
    return 'kept';
  } catch (error) {
    return error instanceof KeyConflict ? error.reason : String(error);
  }
}
