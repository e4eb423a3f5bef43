import { isDeepStrictEqual } from 'node:util';
import { isJsonObject, ProxyError } from '@ai-proxy/core';
import type { JsonObject, JsonValue, Provider, RemoteFile } from '@ai-proxy/core';
import { checkOf, demand, shown } from './contract-check.ts';
import type { ContractCheck } from './contract-check.ts';
import { callWithoutFiles } from './contract-call.ts';
import { contractFiles, fetchableTypes } from './contract-files.ts';
import type { ProviderCase } from './contract-options.ts';
import { requestsOf } from './request-checks.ts';

/** What has to be fetched before anything can go up. */
export function fileChecks(provider: Provider, one: ProviderCase): ContractCheck[] {
  const operation = provider.operations[one.operation];
  if (operation?.fetches === undefined) return [];
  const about = `${one.operation} (${one.title}):`;
  const declare = (input: JsonObject): readonly RemoteFile[] => operation.fetches?.(input, callWithoutFiles(one, false)) ?? [];

  return [
    checkOf(`${about} declares the same files of the same input, and changes none of it`, () => {
      const input = structuredClone(one.input);
      const call = callWithoutFiles(one, false);
      const first = operation.fetches?.(input, call);
      demand(isDeepStrictEqual(input, one.input), 'fetches() changed its input; request() would be made of something else');
      demand(call.dropped.length === 0, `fetches() told drop() ${shown(call.dropped)}; that is for request() to tell`);
      const second = declare(structuredClone(one.input));
      demand(isDeepStrictEqual(first, second), `fetches() declared ${shown(first)} at first and ${shown(second)} afterwards`);
    }),
    checkOf(`${about} declares files that can be fetched, one for each place that names them`, () => {
      const files = declare(structuredClone(one.input));
      for (const file of files) checkFile(file, one.input);
      for (const { url } of files) {
        const declared = files.filter((file) => file.url === url);
        const places = countOf(one.input, url);
        demand(
          new Set(declared.map(({ param }) => param)).size === places,
          `${url} stands in ${places} places and is declared for ${shown(declared.map(({ param }) => param))}; each place counts towards what a call may hold`,
        );
      }
    }),
    checkOf(`${about} passes over what it cannot read when it declares files`, () => {
      for (const input of strayInputs) {
        try {
          demand(declare(input).length === 0, `fetches() declared files of ${shown(input)}`);
        } catch (error) {
          demand(error instanceof ProxyError, `fetches() of ${shown(input)} threw ${String(error)}; request() is there to refuse it`);
        }
      }
    }),
    checkOf(`${about} makes its requests of what was fetched`, () => {
      const files = declare(structuredClone(one.input));
      const made = (changed?: string): unknown => {
        const fetched = contractFiles(files, (url) => (url === changed ? 'changed' : ''));
        return requestsOf(operation.request(structuredClone(one.input), { ...callWithoutFiles(one, false), fetched }));
      };
      const before = made();
      const unused = files.filter(({ url }) => isDeepStrictEqual(made(url), before)).map(({ url }) => url);
      demand(unused.length === 0, `declared, and then not used by request(): ${unused.join(', ')}`);
    }),
    checkOf(`${about} makes nothing worse than a ProxyError where nothing was fetched`, () => {
      try {
        operation.request(structuredClone(one.input), callWithoutFiles(one, false));
      } catch (error) {
        demand(
          error instanceof ProxyError,
          `without \`call.fetched\` request() threw ${String(error)}; throw a ProxyError that tells the caller`,
        );
      }
    }),
  ];
}

/** Inputs that no caller means. */
const strayInputs: readonly JsonObject[] = [
  {},
  { messages: null, input: null, prompt: null },
  { messages: 'text' },
  { messages: [null, 'text', {}, { content: null }, { content: {} }] },
  { messages: [{ content: [null, 'text', {}, { type: 'image_url' }, { type: 'image_url', image_url: {} }] }] },
  {
    messages: [
      {
        content: [
          { type: 'image_url', image_url: { url: null } },
          { type: 'image_url', image_url: { url: 'data:,' } },
        ],
      },
    ],
  },
];

function checkFile({ url, param, accept, maxBytes }: RemoteFile, input: JsonObject): void {
  demand(/^https?:/i.test(url), `${shown(url)} is no URL of http or https; nothing else is fetched`);
  demand(valueAt(input, param) === url, `${shown(param)} is given as the place of ${shown(url)}, and that does not stand there`);
  const foreign = accept.filter((type) => !fetchableTypes.includes(type));
  demand(
    accept.length > 0 && foreign.length === 0,
    `${shown(accept)} is accepted of ${url}; what can be told by its first bytes is ${fetchableTypes.join(', ')}`,
  );
  demand(maxBytes === undefined || (Number.isInteger(maxBytes) && maxBytes > 0), `${shown(maxBytes)} is no number of bytes for ${url}`);
}

/** What stands at `messages[0].content[1].image_url.url`. */
function valueAt(input: JsonObject, path: string): JsonValue | undefined {
  const steps = path.split(/[.[\]]+/).filter((step) => step !== '');
  return steps.reduce<JsonValue | undefined>(
    (value, step) => (Array.isArray(value) ? value[Number(step)] : isJsonObject(value) ? value[step] : undefined),
    input,
  );
}

/** In how many places of a value a text stands. */
function countOf(value: JsonValue | undefined, text: string): number {
  if (value === text) return 1;
  if (typeof value !== 'object' || value === null) return 0;
  return Object.values(value).reduce<number>((sum, member) => sum + countOf(member, text), 0);
}
