import type { JsonObject } from '../json/json.ts';
import type { Receipt } from './receipt.ts';

/** Something that wants the account of calls: a log, a ledger, metrics. */
export interface ReceiptSink {
  /** For errors and the log. */
  readonly name: string;
  /**
   * A provider is about to be asked. What is handed over is the account as it would stand if this process died now, its usage an estimate. The request
   * waits for the promise: a ledger resolves it when the account would survive. A rejection refuses the call with 503.
   */
  opened?(ifLost: Receipt): void | Promise<void>;
  /**
   * A call has ended. Never waited for: what takes time is queued, within a bound. `input` is what was asked, in the dialect of the call: a sink keeps
   * nothing of it unless it was told to.
   */
  settled(receipt: Receipt, input: JsonObject): void;
  /** The proxy is closing: what is queued goes out, within `grace` milliseconds. */
  close?(grace: number): Promise<void>;
}
