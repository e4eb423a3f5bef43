import type { Question, Row, Script } from '../database/script.ts';

/** The tables of keys in one of the databases. Every promise settles by the deadline. */
export interface KeyTables {
  /** The rows of keys by a hash, one at most. */
  byHash(hash: Uint8Array): Promise<readonly Row[]>;
  read(question: Question): Promise<readonly Row[]>;
  /** Runs a script that changes a key in a transaction, alone among all writers. It is begun anew where the transaction has come to nothing. */
  write<Answer>(id: string, begin: () => Script<Answer>): Promise<Answer>;
  /** Tells of changes that others make, for as long as anybody listens. */
  listen?(onChange: (id: string) => void): () => void;
  close(): Promise<void>;
}
