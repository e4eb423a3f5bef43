import { isJsonObject, ProxyError } from '@ai-proxy/core';
import type { JsonObject } from '@ai-proxy/core';

/**
 * Refuses a request in which two fields have one name but for capitals. Servers written in Go, as Ollama is, take `Model` for `model`, and of both the last: a key for one
 * model would be used for another than the one that was checked, and a bound would be read that nobody else reads.
 */
export function checkOneSpelling(input: JsonObject): void {
  check(input, '');
  const { options } = input;
  if (isJsonObject(options)) check(options, 'options.');
}

const isPlain = /^[a-z\d_]*$/;

function check(object: JsonObject, place: string): void {
  const names = Object.keys(object);
  const odd = names.find((name) => !isPlain.test(name) && names.some((other) => other !== name && fold(other) === fold(name)));
  if (odd === undefined) return;
  throw new ProxyError(
    `The request has "${place}${odd.slice(0, 60)}" and the same field in another spelling. Servers disagree about which of them counts: leave one out.`,
    { status: 400, code: 'invalid_parameter', param: `${place}${odd.slice(0, 60)}`, source: 'caller' },
  );
}

/** As Go folds names: a long s and the sign of Kelvin are letters too. */
const fold = (name: string): string => name.normalize('NFKC').toLowerCase();
