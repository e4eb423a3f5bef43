import type { Receipt } from '../receipt/receipt.ts';
import type { LedgerSpan, SpendQuery, SpendReport } from './spend.ts';

/**
 * Keeps the accounts of all calls: the truth of what was spent. `memoryLedger()` keeps a bounded number of them, `sqlLedger()` of
 * `@ai-proxy/sql` all. Times are Unix milliseconds, money is an integer in millionths of a US dollar.
 */
export interface Ledger {
  /** For errors and the log. */
  readonly name: string;
  /**
   * Keeps accounts, each once: an id that is there already changes nothing. One exception: an account that says `process_died` is a guess, and gives way to
   * the true one. All of them are kept, or none: a rejection means that the same accounts must be handed over again.
   */
  record(receipts: readonly Receipt[]): Promise<void>;
  /** Calls, the newest first. */
  calls(filter?: CallFilter, cursor?: string, limit?: number): Promise<CallPage>;
  /** One call, with what was said about it afterwards. */
  call(id: string): Promise<RecordedCall | undefined>;
  /** Sums by one dimension; reads roll-ups only, so that it costs the same over a thousand calls and over ten million. */
  spend(query: SpendQuery): Promise<SpendReport>;
  /** Keeps what somebody thought of an answer; the last word counts. False where the ledger has no such call (yet: calls come some seconds late). */
  feedback(id: string, feedback: Feedback): Promise<boolean>;
  /** Forgets what is old, in small steps that let other work through. */
  prune(what: PruneQuery): Promise<Pruned>;
  /** Lets go of what it holds open. What was recorded stays. */
  close(): Promise<void>;
}

/** A call as a ledger gives it back: texts are cut at 256 characters (metadata at 4096), of the caller only the id is kept. */
export interface RecordedCall extends Omit<Receipt, 'caller'> {
  /** The caller's id. */
  readonly caller: string | undefined;
  readonly feedback: Feedback | undefined;
}

/** Which calls; all of the conditions that are given must hold. */
export interface CallFilter extends LedgerSpan {
  readonly key?: string;
  readonly team?: string;
  /** The caller's id. */
  readonly caller?: string;
  readonly endUser?: string;
  /** The model that served. */
  readonly model?: string;
  readonly provider?: string;
  readonly outcome?: string;
  /** A tag that is among the call's. */
  readonly tag?: string;
}

export interface CallPage {
  readonly calls: readonly RecordedCall[];
  /** To be handed over for the page after this one; nothing where this is the last. */
  readonly next: string | undefined;
}

/** What somebody thought of an answer. */
export interface Feedback {
  /** A whole number, such as 1 and -1, or 1 to 10. */
  readonly value: number;
  /** How much the voice counts, from 0 to 1. @default 1 */
  readonly weight?: number;
  readonly metadata?: Readonly<Record<string, string>>;
}

export interface PruneQuery {
  /** Calls that started before this are forgotten, and sums by the hour: what they cost stays known by the day (UTC). */
  readonly before: number;
  /** Sums of days before this are forgotten too; by default none. */
  readonly days?: number;
}

/** What was forgotten. */
export interface Pruned {
  readonly calls: number;
  /** Rows of sums. */
  readonly sums: number;
}
