import type { Caller } from './caller.ts';
import type { Dialect, Operation } from './operation.ts';
import type { Outcome } from './outcome.ts';
import type { Usage } from './usage.ts';

/** The account of one call, complete and final. */
export interface Receipt {
  readonly id: string;
  readonly operation: Operation;
  readonly dialect: Dialect;
  readonly face: string;
  readonly caller: Caller | undefined;
  readonly modelAsked: string | undefined;
  readonly provider: string | undefined;
  readonly modelServed: string | undefined;
  readonly stream: boolean;
  readonly status: number | undefined;
  readonly outcome: Outcome;
  /** The error's code, where there was one. */
  readonly code: string | undefined;
  readonly usage: Usage | undefined;
  /** Requests made to providers. */
  readonly attempts: number;
  /** Which entry of the plan served; 0 is the first. */
  readonly step: number;
  /** Unix time in milliseconds. */
  readonly startedAt: number;
  /** Milliseconds from the start. */
  readonly firstByteMs: number | undefined;
  readonly totalMs: number;
}

/** A receipt being filled. */
export interface ReceiptDraft {
  provider: string | undefined;
  modelServed: string | undefined;
  caller: Caller | undefined;
  status: number | undefined;
  usage: Usage | undefined;
  attempts: number;
  step: number;
  /** Notes the first byte of the answer; later calls change nothing. */
  firstByte(): void;
  /** Ends the account. The first call decides; later ones change nothing. */
  settle(outcome: Outcome, code?: string): void;
  /** The finished account. */
  readonly settled: Promise<Receipt>;
  readonly isSettled: boolean;
}
