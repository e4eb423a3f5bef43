import type { ColumnType, Kysely } from 'kysely';

/** The tables, by their names. What the columns hold stands in `docs/ledger.md` and `docs/databases.md`. */
export interface Schema {
  readonly ai_proxy_calls: CallRow;
  readonly ai_proxy_call_tags: TagRow;
  readonly ai_proxy_feedback: FeedbackRow;
  readonly ai_proxy_spend_hours: SumRow;
  readonly ai_proxy_spend_days: SumRow;
  readonly ai_proxy_marks: MarkRow;
  readonly ai_proxy_objects: ObjectRow;
  readonly ai_proxy_keys: KeyRow;
  readonly ai_proxy_key_hashes: KeyHashRow;
  readonly ai_proxy_key_changes: KeyChangeRow;
  readonly ai_proxy_key_news: KeyNewsRow;
}

export type Database = Kysely<Schema>;

export interface CallRow {
  readonly id: string;
  readonly started_at: number;
  readonly operation: string;
  readonly dialect: string;
  readonly face: string;
  readonly caller: string | null;
  readonly key_id: string | null;
  readonly team: string | null;
  readonly end_user: string | null;
  readonly model_asked: string | null;
  readonly model: string | null;
  readonly provider: string | null;
  readonly stream: number;
  readonly status: number | null;
  readonly outcome: string;
  readonly code: string | null;
  readonly input_tokens: number | null;
  readonly output_tokens: number | null;
  readonly cached_tokens: number | null;
  readonly reasoning_tokens: number | null;
  readonly pages: number | null;
  readonly annotated_pages: number | null;
  readonly audio_ms: number | null;
  readonly characters: number | null;
  readonly items: number | null;
  readonly estimator: string | null;
  readonly micros: number | null;
  readonly price_source: string | null;
  readonly price_rates: string | null;
  readonly attempts: number;
  readonly step: number;
  readonly first_byte_us: number | null;
  readonly total_us: number;
  readonly overhead_us: number;
  readonly metadata: string | null;
}

export interface TagRow {
  readonly call_id: string;
  readonly tag: string;
  readonly position: number;
  readonly started_at: number;
}

export interface FeedbackRow {
  readonly call_id: string;
  readonly value: number;
  readonly weight: number;
  readonly metadata: string;
}

export interface SumRow {
  readonly dimension: string;
  readonly at: number;
  readonly value: string;
  readonly calls: number;
  readonly ok_calls: number;
  readonly estimated_calls: number;
  readonly unknown_calls: number;
  readonly micros: number;
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cached_tokens: number;
  readonly reasoning_tokens: number;
}

/** What a store has to remember of itself, such as where its sums by the hour begin. */
export interface MarkRow {
  readonly name: string;
  readonly value: ColumnType<number, number, number>;
}

export interface KeyRow {
  readonly number: number;
  readonly id: string;
  readonly version: number;
  readonly hash: Uint8Array;
  readonly masked: string;
  readonly alias: string | null;
  readonly owner: string | null;
  readonly team: string | null;
  readonly parent: string | null;
  readonly expires_at: number | null;
  readonly blocked: number;
  readonly manages_keys: number;
  readonly max_output_tokens: number | null;
  readonly created_at: number;
  readonly updated_at: number;
  readonly created_by: string;
  readonly details: string | null;
}

export interface KeyHashRow {
  readonly hash: Uint8Array;
  readonly key_number: number;
}

export interface KeyChangeRow {
  readonly id: string;
  readonly at: number;
  readonly made_by: string;
  readonly action: string;
  readonly key_id: string;
  readonly before: string;
  readonly after: string;
}

export interface KeyNewsRow {
  readonly number: number;
  readonly key_id: string;
  readonly change_id: string;
}

export interface ObjectRow {
  readonly provider: string;
  readonly kind: string;
  readonly id: string;
  readonly owner: string;
  readonly noted_at: number;
}
