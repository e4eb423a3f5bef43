import type { JsonObject } from '@ai-proxy/core';
import { textOf } from './text-of.ts';

/** Prints a key that was made just now: alone, so that a script can take it, and what it is beside it, for who reads along. */
export function printNewKey(answer: JsonObject, asJson: boolean, remark: string): void {
  if (asJson) {
    process.stdout.write(`${JSON.stringify(answer, undefined, 2)}\n`);
    return;
  }
  process.stdout.write(`${textOf(answer['key'])}\n`);
  process.stderr.write(`${nameOf(answer)}: the key is shown this once, only its hash is kept. ${remark}\n`);
}

/** How a key is called: by its alias, where it has one, and its id. */
const nameOf = ({ key_alias: alias, token_id: id }: JsonObject): string =>
  typeof alias === 'string' ? `${alias} (${textOf(id)})` : textOf(id);
