import type { LedgerWork } from '../ledger-work.ts';

/** What a worker can be asked to do. */
export type WorkName = Exclude<keyof LedgerWork, 'close'>;

export interface WorkRequest {
  readonly id: number;
  readonly work: WorkName;
  /** The arguments as one JSON text, which is cheaper to hand over than the objects in it. */
  readonly input: string;
}

export type WorkAnswer =
  | { readonly id: number; readonly output: unknown }
  | {
      readonly id: number;
      readonly failure: { readonly message: string; readonly code: string | undefined; readonly param: string | undefined };
    };

/** What a worker is started with. */
export interface WorkerStart {
  readonly url: string;
}
