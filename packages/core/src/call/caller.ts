/** Who is asking. */
export interface Caller {
  /** Whose calls, tokens and money are counted together; stable, and safe to be logged. */
  readonly id: string;
  readonly [claim: string]: unknown;
}

/** What an application says of who is asking; nothing where it does not know. */
export type CallerAnswer = Caller | null | undefined;
