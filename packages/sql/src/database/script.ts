/** What a column holds, in either database. */
export type Value = string | number | Uint8Array | null;

export type Row = Readonly<Record<string, unknown>>;

/** A statement, written down in the code, and what its `$1`, `$2`, … stand for. No value is ever part of the text. */
export interface Question {
  readonly text: string;
  readonly values: readonly Value[];
}

/**
 * What is done in one transaction: questions, each with the rows of the one before. SQLite runs it in one go, so that its lock is never held over to the next
 * turn of the event loop; PostgreSQL runs the same with a wait at every question.
 */
export type Script<Answer> = Generator<Question, Answer, readonly Row[]>;
