import type { Caller } from '../call/caller.ts';
import type { Dialect, Operation } from '../call/operation.ts';
import type { Cost } from './cost.ts';
import type { Price } from './price.ts';
import type { Outcome } from './outcome.ts';
import type { Target } from '../routing/plan.ts';
import type { Meter } from '../metering/meter.ts';
import type { Usage } from './usage.ts';

/** The account of one call, complete and final. */
export interface Receipt {
  readonly id: string;
  readonly operation: Operation;
  readonly dialect: Dialect;
  readonly face: string;
  readonly caller: Caller | undefined;
  /** The virtual key that was used, by its id; never the key itself. */
  readonly key: string | undefined;
  readonly team: string | undefined;
  /** For whom the caller asked: one of its own users, as far as the request says. */
  readonly endUser: string | undefined;
  readonly tags: readonly string[];
  readonly metadata: Readonly<Record<string, string>>;
  readonly modelAsked: string | undefined;
  readonly provider: string | undefined;
  readonly modelServed: string | undefined;
  readonly stream: boolean;
  readonly status: number | undefined;
  readonly outcome: Outcome;
  /** The error's code, where there was one. */
  readonly code: string | undefined;
  readonly usage: Usage | undefined;
  /** How the usage was estimated, where the provider did not come to state it. */
  readonly estimator: string | undefined;
  /** `null` where it is not known; 0 only where it is known to be nothing. */
  readonly cost: Cost | null;
  /** Requests made to providers. */
  readonly attempts: number;
  /** Which entry of the plan served; 0 is the first. */
  readonly step: number;
  /** Unix time in milliseconds. */
  readonly startedAt: number;
  /** Milliseconds from the start. */
  readonly firstByteMs: number | undefined;
  readonly totalMs: number;
  /** The proxy's own part: until the first request went up, and after the last whole answer had come down. What each event of a stream takes is not in it. */
  readonly overheadMs: number;
}

/** A receipt being filled. */
export interface ReceiptDraft {
  readonly provider: string | undefined;
  readonly modelServed: string | undefined;
  caller: Caller | undefined;
  status: number | undefined;
  endUser: string | undefined;
  tags: readonly string[];
  metadata: Readonly<Record<string, string>>;
  usage: Usage | undefined;
  estimator: string | undefined;
  attempts: number;
  step: number;
  /** What is known of its consumption until the provider states it. */
  readonly meter: Meter;
  /** What the units of a target cost, by the prices of the proxy; nothing where that is not known. */
  priceOf(target: Target): Price | undefined;
  /** Notes who is asked now, and whose price therefore holds. */
  serving(target: Target): void;
  /** The cost as far as it is known now. */
  readonly cost: Cost | null;
  /** A request goes up; later calls change nothing. */
  sent(): void;
  /** A whole answer has come down; the last one counts. */
  received(): void;
  /** The account as it would stand if the process died now. */
  ifLost(usage: Usage | undefined, estimator: string | undefined): Receipt;
  /** Notes the first byte of the answer; later calls change nothing. */
  firstByte(): void;
  /** Ends the account. The first call decides; later ones change nothing. */
  settle(outcome: Outcome, code?: string): void;
  /** The finished account. */
  readonly settled: Promise<Receipt>;
  readonly isSettled: boolean;
}
