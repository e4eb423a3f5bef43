import type { CounterPage } from './decision/counter-page.ts';
import type { again } from './decision/decide.ts';

/** One thing that is asked of a counter. It is decided on a page that holds what it names. */
export interface CounterWork<Answer> {
  readonly root: string;
  readonly id: string | undefined;
  readonly places: readonly string[];
  /** Knows nothing but the page, so that it can be decided anew where a transaction has come to nothing. */
  readonly decide: (page: CounterPage) => Answer | typeof again;
}

/** Where the rows of a counter are. */
export interface CounterTables {
  /** Decides in a transaction of its own, or of several that wait; rejects with an error that names the store, by its deadline at the latest. */
  run<Answer>(work: CounterWork<Answer>): Promise<Answer>;
  close(): Promise<void>;
}
