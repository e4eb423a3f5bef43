import { isDeepStrictEqual } from 'node:util';
import { ProxyError } from '@ai-proxy/core';
import type { JsonObject, Provider, UpstreamRequest, UpstreamRequests } from '@ai-proxy/core';
import { checkOf, demand, shown } from './contract-check.ts';
import type { ContractCheck } from './contract-check.ts';
import { contractCall } from './contract-call.ts';
import type { ProviderCase } from './contract-options.ts';
import { probesOf } from './field-probes.ts';
import { notJson } from './json-values.ts';

/** What goes up. */
export function requestChecks(provider: Provider, one: ProviderCase): ContractCheck[] {
  const operation = provider.operations[one.operation];
  if (operation === undefined) return [];
  const about = `${one.operation} (${one.title}):`;
  const streams = one.stream === undefined ? [false] : [false, true];
  const make = (input: JsonObject, call: ReturnType<typeof contractCall>): UpstreamRequest | UpstreamRequests =>
    operation.request(input, call);
  const inputOf = (stream: boolean): JsonObject => (stream ? { ...one.input, stream } : one.input);

  return [
    checkOf(`${about} makes the same requests of the same input, and changes none of it`, () => {
      for (const stream of streams) {
        const input = structuredClone(inputOf(stream));
        const first = requestsOf(make(input, contractCall(provider, one, stream)));
        demand(isDeepStrictEqual(input, inputOf(stream)), 'request() changed its input; a retry or a fallback would send something else');
        const second = requestsOf(make(structuredClone(inputOf(stream)), contractCall(provider, one, stream)));
        demand(isDeepStrictEqual(first, second), `request() made ${shown(first)} at first and ${shown(second)} afterwards`);
      }
    }),
    checkOf(`${about} makes requests that can be sent`, () => {
      for (const stream of streams)
        for (const request of requestsOf(make(inputOf(stream), contractCall(provider, one, stream)))) checkRequest(request);
    }),
    ...(one.stream === undefined
      ? []
      : [
          checkOf(`${about} makes one request of a call that streams`, () => {
            const made = make(inputOf(true), contractCall(provider, one, true));
            demand(!('requests' in made), 'a call that streams became several requests; refuse it with a ProxyError');
          }),
        ]),
    checkOf(`${about} reports the fields that it cannot honour, and no others`, () => {
      for (const stream of streams) {
        const call = contractCall(provider, one, stream);
        make(inputOf(stream), call);
        const expected = (one.drops ?? []).toSorted();
        demand(isDeepStrictEqual(call.dropped.toSorted(), expected), `drop() was told ${shown(call.dropped)}, not ${shown(expected)}`);
      }
    }),
    ...(one.drops === undefined || one.drops.length === 0
      ? []
      : [
          checkOf(`${about} lets a refusal of drop() pass`, () => {
            const refusal = new ProxyError('strict', { status: 400, code: 'unsupported_parameter', source: 'caller' });
            const refuse = (): never => {
              throw refusal;
            };
            let thrown: unknown;
            try {
              make(one.input, contractCall(provider, one, false, refuse));
            } catch (error) {
              thrown = error;
            }
            demand(thrown === refusal, `the refusal did not come out of request(), but ${String(thrown)}`);
          }),
        ]),
    checkOf(`${about} leaves no field of OpenAI's out in silence`, () => {
      const before = requestsOf(make(one.input, contractCall(provider, one, false)));
      const lost = Object.entries(probesOf(one.operation)).filter(([field, value]) => {
        if (one.input[field] !== undefined) return false;
        const call = contractCall(provider, one, false);
        try {
          const after = requestsOf(make({ ...one.input, [field]: structuredClone(value) }, call));
          return isDeepStrictEqual(after, before) && !call.dropped.some((path) => path.split(/[.[]/, 1)[0] === field);
        } catch (error) {
          demand(error instanceof ProxyError, `${field} made request() throw ${String(error)}; throw a ProxyError`);
          return false;
        }
      });
      demand(lost.length === 0, `neither sent, reported nor refused: ${lost.map(([field]) => field).join(', ')}`);
    }),
  ];
}

/** Several requests or one, as a list. */
export function requestsOf(made: UpstreamRequest | UpstreamRequests): UpstreamRequest[] {
  return 'requests' in made ? [...made.requests] : [made];
}

function checkRequest({ method = 'POST', path, body }: UpstreamRequest): void {
  demand(path.startsWith('/') && !path.startsWith('//'), `the path ${shown(path)} does not begin with one slash`);
  demand(!/[\s\\#]/.test(path) && !/\/\.{1,2}(?:[/?]|$)/.test(path), `the path ${shown(path)} would lead elsewhere than it says`);
  demand(/^[A-Z]+$/.test(method), `the method ${shown(method)} is no method`);
  const wrong = body === undefined ? undefined : notJson(body, 'body');
  demand(wrong === undefined, `the request holds what JSON cannot: ${wrong}`);
}
