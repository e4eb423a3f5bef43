import type { Cost, Feedback, Rates, RecordedCall, Usage } from '@ai-proxy/core';
import type { CallRow, FeedbackRow } from '../database/schema.ts';

/** A call as its row. */
export function toCallRow(call: RecordedCall): CallRow {
  const usage = call.usage ?? {};
  return {
    id: call.id,
    started_at: call.startedAt,
    operation: call.operation,
    dialect: call.dialect,
    face: call.face,
    caller: call.caller ?? null,
    key_id: call.key ?? null,
    team: call.team ?? null,
    end_user: call.endUser ?? null,
    model_asked: call.modelAsked ?? null,
    model: call.modelServed ?? null,
    provider: call.provider ?? null,
    stream: call.stream ? 1 : 0,
    status: call.status ?? null,
    outcome: call.outcome,
    code: call.code ?? null,
    input_tokens: usage.inputTokens ?? null,
    output_tokens: usage.outputTokens ?? null,
    cached_tokens: usage.cachedTokens ?? null,
    reasoning_tokens: usage.reasoningTokens ?? null,
    pages: usage.pages ?? null,
    annotated_pages: usage.annotatedPages ?? null,
    audio_ms: thousands(usage.seconds),
    characters: usage.characters ?? null,
    items: usage.items ?? null,
    estimator: call.estimator ?? null,
    micros: call.cost?.micros ?? null,
    price_source: call.cost?.price.source ?? null,
    price_rates: call.cost ? JSON.stringify(call.cost.price.rates) : null,
    attempts: call.attempts,
    step: call.step,
    first_byte_us: thousands(call.firstByteMs),
    total_us: Math.round(call.totalMs * 1000),
    overhead_us: Math.round(call.overheadMs * 1000),
    metadata: Object.keys(call.metadata).length === 0 ? null : JSON.stringify(call.metadata),
  };
}

/** A row as the call it holds, with what stands in other tables. */
export function fromCallRow(row: CallRow, tags: readonly string[], feedback: FeedbackRow | undefined): RecordedCall {
  return {
    id: row.id,
    operation: row.operation,
    dialect: row.dialect as RecordedCall['dialect'],
    face: row.face,
    caller: row.caller ?? undefined,
    key: row.key_id ?? undefined,
    team: row.team ?? undefined,
    endUser: row.end_user ?? undefined,
    tags,
    metadata: row.metadata === null ? {} : (JSON.parse(row.metadata) as Record<string, string>),
    modelAsked: row.model_asked ?? undefined,
    provider: row.provider ?? undefined,
    modelServed: row.model ?? undefined,
    stream: row.stream !== 0,
    status: row.status ?? undefined,
    outcome: row.outcome as RecordedCall['outcome'],
    code: row.code ?? undefined,
    usage: usageOf(row),
    estimator: row.estimator ?? undefined,
    cost: costOf(row),
    attempts: row.attempts,
    step: row.step,
    startedAt: row.started_at,
    firstByteMs: row.first_byte_us === null ? undefined : row.first_byte_us / 1000,
    totalMs: row.total_us / 1000,
    overheadMs: row.overhead_us / 1000,
    feedback: feedback && feedbackOf(feedback),
  };
}

const thousands = (value: number | undefined): number | null => (value === undefined ? null : Math.round(value * 1000));

function usageOf(row: CallRow): Usage | undefined {
  const usage: Usage = {};
  if (row.input_tokens !== null) usage.inputTokens = row.input_tokens;
  if (row.output_tokens !== null) usage.outputTokens = row.output_tokens;
  if (row.cached_tokens !== null) usage.cachedTokens = row.cached_tokens;
  if (row.reasoning_tokens !== null) usage.reasoningTokens = row.reasoning_tokens;
  if (row.pages !== null) usage.pages = row.pages;
  if (row.annotated_pages !== null) usage.annotatedPages = row.annotated_pages;
  if (row.audio_ms !== null) usage.seconds = row.audio_ms / 1000;
  if (row.characters !== null) usage.characters = row.characters;
  if (row.items !== null) usage.items = row.items;
  return Object.keys(usage).length === 0 ? undefined : usage;
}

function costOf({ micros, price_source, price_rates }: CallRow): Cost | null {
  return micros === null ? null : { micros, price: { source: price_source ?? '', rates: JSON.parse(price_rates ?? '{}') as Rates } };
}

const feedbackOf = ({ value, weight, metadata }: FeedbackRow): Feedback => ({
  value,
  weight,
  metadata: JSON.parse(metadata) as Record<string, string>,
});
