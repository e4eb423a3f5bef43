import { isDeepStrictEqual } from 'node:util';
import { ProxyError } from '@ai-proxy/core';
import type { JsonObject, Provider } from '@ai-proxy/core';
import { checkCanonicalAnswer } from './canonical-answer.ts';
import { checkOf, demand, shown } from './contract-check.ts';
import type { ContractCheck } from './contract-check.ts';
import { contractCall } from './contract-call.ts';
import type { ProviderCase } from './contract-options.ts';
import { notJson } from './json-values.ts';
import { requestsOf } from './request-checks.ts';

/** Parsed bodies that are no answers of anybody's. */
export const strayBodies: readonly unknown[] = [
  null,
  'text',
  42,
  true,
  [],
  {},
  [null],
  { choices: null },
  { data: [null] },
  { choices: [null] },
];

/** What comes down whole. */
export function responseChecks(provider: Provider, one: ProviderCase): ContractCheck[] {
  const operation = provider.operations[one.operation];
  if (operation === undefined) return [];
  const about = `${one.operation} (${one.title}):`;
  const { answers } = one;
  const stray = checkOf(`${about} makes nothing worse than a ProxyError of an answer that is none`, () => {
    for (const body of strayBodies) {
      try {
        operation.response(structuredClone(body), contractCall(provider, one, false));
      } catch (error) {
        demand(
          error instanceof ProxyError,
          `response() of ${shown(body)} threw ${String(error)}; throw a ProxyError that tells the caller`,
        );
      }
    }
  });
  if (answers === undefined) return [stray];

  const read = (bodies: readonly unknown[]): JsonObject => {
    const made = operation.request(one.input, contractCall(provider, one, false));
    const count = requestsOf(made).length;
    demand(count === bodies.length, `the input became ${count} requests, and ${bodies.length} answers are recorded`);
    const outputs = bodies.map((body) => operation.response(body, contractCall(provider, one, false)));
    return 'requests' in made ? made.combine(outputs) : (outputs[0] ?? {});
  };
  return [
    checkOf(`${about} makes canonical output of the recorded answer`, () => {
      const output = read(structuredClone(answers));
      const wrong = notJson(output, 'the output');
      demand(wrong === undefined, `the output holds what JSON cannot: ${wrong}`);
      checkCanonicalAnswer(one.operation, output);
    }),
    checkOf(`${about} makes the same output of the same answer, and changes none of it`, () => {
      const bodies = structuredClone(answers);
      const first = read(bodies);
      demand(isDeepStrictEqual(bodies, answers), 'response() changed the body that it was given');
      const second = read(structuredClone(answers));
      demand(isDeepStrictEqual(first, second), `response() made ${shown(first)} at first and ${shown(second)} afterwards`);
    }),
    stray,
  ];
}
