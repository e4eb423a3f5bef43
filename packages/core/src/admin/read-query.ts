import { invalidParameter } from '../errors/parameter-errors.ts';
import { nearestNames } from '../path/nearest-names.ts';

/** The parameters of a query, each once. */
export interface Query {
  text(name: string): string | undefined;
  whole(name: string): number | undefined;
  /** One of a list of words. */
  choice<Word extends string>(name: string, words: readonly Word[]): Word | undefined;
}

/** Reads a query string, and refuses what nobody would look at: a misspelt filter must not mean everything. */
export function readQuery(query: string, known: readonly string[]): Query {
  const parameters = new URLSearchParams(query);
  for (const name of parameters.keys()) {
    if (!known.includes(name)) {
      const [near] = nearestNames(name, known, 1);
      throw invalidParameter(
        name,
        `There is no parameter "${name.slice(0, 60)}"; ${near === undefined ? `there are ${known.join(', ')}` : `did you mean "${near}"?`}`,
      );
    }
    if (parameters.getAll(name).length > 1) throw invalidParameter(name, `"${name}" is given more than once; give it once.`);
  }
  const text = (name: string): string | undefined => parameters.get(name) ?? undefined;
  return {
    text,
    whole(name) {
      const value = text(name);
      if (value === undefined) return undefined;
      if (!/^\d{1,9}$/.test(value)) throw invalidParameter(name, `"${name}" has to be a whole number.`);
      return Number(value);
    },
    choice(name, words) {
      const value = text(name);
      const word = words.find((one) => one === value);
      if (value !== undefined && word === undefined) throw invalidParameter(name, `"${name}" has to be one of ${words.join(', ')}.`);
      return word;
    },
  };
}
