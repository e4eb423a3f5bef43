import { parseArgs } from 'node:util';
import { rows } from './rows.ts';
import type { Amount, Row } from './rows.ts';
import { subjectNames } from './subjects/subjects.ts';
import type { SubjectName } from './subjects/subjects.ts';

/** What a run was asked to do. */
export interface BenchOptions {
  readonly rounds: number;
  readonly amounts: Readonly<Record<Row['answer'], Amount>>;
  readonly rows: readonly Row[];
  readonly subjects: readonly SubjectName[];
  readonly json: boolean;
  /** Where each proxy's CPU profile is written; profiling costs CPU itself, so that such a run's figures are no figures. */
  readonly profile: string | undefined;
}

export const help = `node --conditions=ai-proxy-source bench/src/main.ts [options]

  --rounds N       rounds that count (9; with --quick 2)
  --requests N     requests with whole answers, a row, subject and round (1500; with --quick 100)
  --streams N      the same for streams (96; with --quick 16)
  --quick          a run of seconds that shows that everything works, and no more
  --row TEXT       only rows whose name begins with it; may be given several times
  --subject NAME   only this one of ${subjectNames.join(', ')}; may be given several times
  --json           all figures as a last line of JSON
  --profile DIR    writes a CPU profile of each proxy into a folder`;

/** Reads the command line; nothing where help was asked for. Throws on what it does not know. */
export function parseOptions(parameters: readonly string[]): BenchOptions | undefined {
  const { values } = parseArgs({
    args: [...parameters],
    options: {
      rounds: { type: 'string' },
      requests: { type: 'string' },
      streams: { type: 'string' },
      quick: { type: 'boolean', default: false },
      row: { type: 'string', multiple: true },
      subject: { type: 'string', multiple: true },
      json: { type: 'boolean', default: false },
      profile: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const requests = toCount('--requests', values.requests, values.quick ? 100 : 1500);
  const streams = toCount('--streams', values.streams, values.quick ? 16 : 96);
  return {
    rounds: toCount('--rounds', values.rounds, values.quick ? 2 : 9),
    amounts: { json: { requests, concurrency: 16 }, stream: { requests: streams, concurrency: 16 } },
    rows: chosen('--row', rows, values.row, (row, text) => row.name.startsWith(text)),
    subjects: chosen('--subject', subjectNames, values.subject, (name, text) => name === text),
    json: values.json,
    profile: values.profile,
  };
}

function toCount(option: string, text: string | undefined, byDefault: number): number {
  if (text === undefined) return byDefault;
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new TypeError(`${option} must be a whole number from 1 on; it is ${JSON.stringify(text)}`);
  return Number(text);
}

function chosen<T>(
  option: string,
  all: readonly T[],
  texts: readonly string[] | undefined,
  matches: (one: T, text: string) => boolean,
): readonly T[] {
  if (texts === undefined) return all;
  const unknown = texts.find((text) => !all.some((one) => matches(one, text)));
  if (unknown !== undefined) throw new TypeError(`${option} ${JSON.stringify(unknown)} names nothing; try --help`);
  return all.filter((one) => texts.some((text) => matches(one, text)));
}
