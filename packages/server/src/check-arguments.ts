import type { ArgsDef } from 'citty';
import { nearestNames } from '@ai-proxy/core';
import { SettingsError } from './server-settings.ts';

/** What every command has. */
const always = ['--help', '-h'];

/**
 * Refuses what the parser would pass over: options that there are none of, options without their value or given twice, and words where none belong. A mistyped
 * limit would be no limit.
 */
export function checkArguments(command: string, rawArgs: readonly string[], args: ArgsDef): void {
  const names = Object.entries(args).filter(([, { type }]) => type !== 'positional');
  const kinds = new Map(names.flatMap(([name, { type }]) => spellings(name, type)));
  const takesWords = names.length < Object.keys(args).length;
  const seen = new Set<string>();
  for (let at = 0; at < rawArgs.length; at += 1) {
    const argument = rawArgs[at] ?? '';
    const [option = ''] = argument.split('=', 1);
    if (!argument.startsWith('-') || argument === '-') {
      if (!takesWords) throw new SettingsError(`"${shown(argument)}" has no place here; ${command} --help shows how it is called.`);
      continue;
    }
    if (always.includes(argument)) continue;
    const kind = kinds.get(option);
    if (kind === undefined) throw unknown(command, option, [...kinds.keys()]);
    if (seen.has(option)) throw new SettingsError(`${option} is given twice.`);
    seen.add(option);
    if (kind === 'boolean') continue;
    const isApart = option === argument;
    const value = isApart ? rawArgs[at + 1] : argument.slice(option.length + 1);
    if (value === undefined || value === '' || (isApart && value.startsWith('-'))) {
      const hint = value?.startsWith('-') ? `; one that begins with "-" is written as ${option}=${shown(value)}` : '';
      throw new SettingsError(`${option} needs a value${hint}.`);
    }
    if (isApart) at += 1;
  }
}

const spellings = (name: string, type: string | undefined): [string, string][] =>
  type === 'boolean'
    ? [
        [`--${name}`, 'boolean'],
        [`--no-${name}`, 'boolean'],
      ]
    : [[`--${name}`, 'string']];

function unknown(command: string, option: string, known: readonly string[]): SettingsError {
  const [near] = nearestNames(
    option.replace(/^-+/, ''),
    known.map((one) => one.slice(2)),
    1,
  );
  const hint = near === undefined ? '' : `; did you mean --${near}?`;
  return new SettingsError(`there is no option "${shown(option)}"${hint === '' ? ';' : hint} ${command} --help lists them.`);
}

const shown = (text: string): string => (text.length > 60 ? `${text.slice(0, 60)}…` : text);
