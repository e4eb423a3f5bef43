import type { FlowControl } from '../flow/flow.ts';

/** Reads on behind the end of a stream. */
export interface Drain {
  /** Something has come; says whether more may. */
  goesOn(): boolean;
  stop(): void;
}

/** After its end mark a stream is read out for a moment, so that the connection can serve again; one that goes on talking is cut. */
export function createDrain(source: FlowControl): Drain {
  const patience = setTimeout(() => source.stop(), 1000);
  let arrivals = 0;
  return {
    goesOn() {
      arrivals += 1;
      if (arrivals < 64) return true;
      clearTimeout(patience);
      source.stop();
      return false;
    },
    stop: () => clearTimeout(patience),
  };
}
