import type { Receipt } from '../receipt/receipt.ts';
import type { Usage } from '../receipt/usage.ts';
import type { Cost } from '../receipt/cost.ts';
import type { Feedback, RecordedCall } from './ledger.ts';
import type { Rates } from '../receipt/price.ts';

/**
 * An account as ledgers keep it. Much of it was said by callers and providers: texts are cut and made storable in any database, numbers are finite, whole and
 * not negative, so that no single call can be one that a ledger cannot take.
 */
export function toRecordedCall(receipt: Receipt): RecordedCall {
  return {
    id: name(receipt.id) ?? '',
    operation: name(receipt.operation) ?? '',
    dialect: receipt.dialect,
    face: name(receipt.face) ?? '',
    caller: name(receipt.caller?.id),
    key: name(receipt.key),
    team: name(receipt.team),
    endUser: name(receipt.endUser),
    tags: tagsOf(receipt.tags),
    metadata: storableEntries(receipt.metadata),
    modelAsked: name(receipt.modelAsked),
    provider: name(receipt.provider),
    modelServed: name(receipt.modelServed),
    stream: receipt.stream,
    status: whole(receipt.status, 999),
    outcome: receipt.outcome,
    code: name(receipt.code),
    usage: usageOf(receipt.usage),
    estimator: name(receipt.estimator),
    cost: costOf(receipt.cost),
    attempts: whole(receipt.attempts, 1_000_000) ?? 0,
    step: whole(receipt.step, 1_000_000) ?? 0,
    startedAt: whole(receipt.startedAt) ?? 0,
    firstByteMs: thousandths(receipt.firstByteMs),
    totalMs: thousandths(receipt.totalMs) ?? 0,
    overheadMs: thousandths(receipt.overheadMs) ?? 0,
    feedback: undefined,
  };
}

/** Metadata as ledgers keep it: at most 64 entries. */
export function storableEntries(entries: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(entries)
      .slice(0, 64)
      .map(([key, value]) => [storable(key, nameLength), storable(value, 4096)]),
  );
}

/** Feedback as ledgers keep it, with its default in place. */
export function toStoredFeedback({ value, weight = 1, metadata = {} }: Feedback): Required<Feedback> {
  const bounded = Math.min(Math.max(Math.trunc(value) || 0, -1_000_000), 1_000_000);
  return { value: bounded + 0, weight: Math.min(Math.max(weight || 0, 0), 1), metadata: storableEntries(metadata) };
}

const nameLength = 256;

const name = (text: string | undefined): string | undefined => (text ? storable(text, nameLength) : undefined);

const tagsOf = (tags: readonly string[]): readonly string[] =>
  tags.length === 0 ? tags : [...new Set(tags.map((tag) => storable(tag, nameLength)))].filter((tag) => tag !== '').slice(0, 64);

/** PostgreSQL keeps no NUL, and no half of a surrogate pair. */
function storable(text: unknown, length: number): string {
  const full = String(text);
  const short = full.length > length ? `${full.slice(0, length - 1)}…` : full;
  return short.toWellFormed().replaceAll('\0', '\uFFFD');
}

const greatest = 1e15;

function whole(value: number | undefined, most: number = greatest): number | undefined {
  if (typeof value !== 'number' || Number.isNaN(value)) return undefined;
  return Math.round(Math.min(Math.max(value, 0), most)) + 0;
}

const thousandths = (value: number | undefined): number | undefined => {
  const units = whole(value === undefined ? undefined : value * 1000);
  return units === undefined ? undefined : units / 1000;
};

const countedUnits = [
  'inputTokens',
  'outputTokens',
  'cachedTokens',
  'reasoningTokens',
  'pages',
  'annotatedPages',
  'seconds',
  'characters',
  'items',
] as const satisfies readonly (keyof Usage)[];

function usageOf(usage: Usage | undefined): Usage | undefined {
  if (!usage) return undefined;
  const kept: Usage = {};
  for (const unit of countedUnits) {
    const value = unit === 'seconds' ? thousandths(usage[unit]) : whole(usage[unit], 1e12);
    if (value !== undefined) kept[unit] = value;
  }
  return Object.keys(kept).length === 0 ? undefined : kept;
}

function costOf(cost: Cost | null): Cost | null {
  const micros = whole(cost?.micros);
  if (!cost || micros === undefined) return null;
  return { micros, price: { source: storable(cost.price.source, nameLength), rates: ratesOf(cost.price.rates) } };
}

const ratesOf = (rates: Rates): Rates =>
  Object.fromEntries(Object.entries(rates).filter(([, rate]) => typeof rate === 'number' && Number.isFinite(rate)));
