import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { Question, Row, Script } from './script.ts';

/** A SQLite file. Everything is done at once or refused at once: nothing waits for a lock. */
export interface ScriptFile {
  ask(question: Question): readonly Row[];
  /** Runs a script from its first statement to its last; nothing of it is left where it throws. */
  run<Answer>(script: Script<Answer>): Answer;
  close(): void;
}

export async function openScriptFile(path: string): Promise<ScriptFile> {
  const { DatabaseSync } = await import('node:sqlite');
  const database = new DatabaseSync(path);
  database.exec('pragma busy_timeout = 0');
  // A key that was revoked stays so, whatever happens to the power. What is kept like this is written rarely enough for that.
  database.exec('pragma synchronous = full');
  database.exec('pragma cache_size = -8192');
  const prepare = createPreparation(database);
  const ask = ({ text, values }: Question): readonly Row[] => prepare(text).all(...toInput(values));

  return {
    ask,
    run(script) {
      database.exec('begin immediate');
      try {
        let step = script.next([]);
        while (step.done !== true) step = script.next(ask(step.value));
        database.exec('commit');
        return step.value;
      } catch (error) {
        if (database.isTransaction) database.exec('rollback');
        throw error;
      }
    },
    close: () => database.close(),
  };
}

/** Statements are compiled once: there are few of them. */
function createPreparation(database: DatabaseSync): (text: string) => StatementSync {
  const prepared = new Map<string, StatementSync>();
  return (text) => {
    const known = prepared.get(text);
    if (known) return known;
    const statement = database.prepare(text.replaceAll(/\$(\d+)/g, '?$1'));
    prepared.set(text, statement);
    return statement;
  };
}

const toInput = (values: Question['values']): SQLInputValue[] => [...values];
