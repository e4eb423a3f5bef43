import { isDeepStrictEqual } from 'node:util';
import type { ErrorAnswer, Provider } from '@ai-proxy/core';
import { checkOf, demand, shown } from './contract-check.ts';
import type { ContractCheck } from './contract-check.ts';
import type { ProviderContractOptions } from './contract-options.ts';

const statuses = [200, 400, 401, 403, 404, 409, 413, 422, 429, 500, 502, 503, 529];

const bodies: readonly (readonly [kind: string, body: unknown])[] = [
  ['JSON', { error: { message: 'a', type: 'b', param: null, code: 'c' } }],
  ['JSON', { error: 'a' }],
  ['JSON', { message: 'a' }],
  ['JSON', { detail: [{ loc: ['body', 'x'], msg: 'a', type: 'b' }] }],
  ['JSON', { error: null }],
  ['JSON', { error: { message: 42 } }],
  ['JSON', {}],
  ['JSON', []],
  ['JSON', null],
  ['JSON', 42],
  ['text', 'upstream connect error'],
  ['text', '<!DOCTYPE html><html><body>502 Bad Gateway</body></html>'],
  ['empty', ''],
  ['empty', undefined],
];

/** What a failure means. */
export function errorChecks({ provider, errors = [] }: ProviderContractOptions): ContractCheck[] {
  const kinds = [...new Set(bodies.map(([kind]) => kind))];
  return [
    ...kinds.map((kind) =>
      checkOf(`has a message for every failure whose body is ${kind}`, () => {
        for (const status of statuses) {
          for (const [, body] of bodies.filter(([one]) => one === kind)) checkFailure(provider, { status, headers: {}, body });
        }
      }),
    ),
    ...errors.map(({ title, means, status, headers = {}, body }) =>
      checkOf(`knows what the failure means: ${title}`, () => {
        const failure: object = provider.error({ status, headers, body });
        for (const [name, expected] of Object.entries(means)) {
          const found: unknown = Reflect.get(failure, name);
          demand(isDeepStrictEqual(found, expected), `${name} is ${shown(found)}, not ${shown(expected)}`);
        }
      }),
    ),
  ];
}

function checkFailure(provider: Provider, answer: ErrorAnswer): void {
  const where = `error() of ${answer.status} ${shown(answer.body)}`;
  let failure: ReturnType<Provider['error']>;
  try {
    failure = provider.error(answer);
  } catch (error) {
    return demand(false, `${where} threw ${String(error)}; it may never throw`);
  }
  const { message, status, type, code, param, retryable, credentials } = failure;
  demand(typeof message === 'string' && message.trim() !== '', `${where} has no message`);
  demand(status === undefined || (Number.isInteger(status) && status >= 400 && status <= 599), `${where} has the status ${shown(status)}`);
  for (const text of [type, code, param])
    demand(text === undefined || text === null || typeof text === 'string', `${where} has ${shown(text)} for a text`);
  for (const flag of [retryable, credentials])
    demand(flag === undefined || typeof flag === 'boolean', `${where} has ${shown(flag)} for yes or no`);
}
