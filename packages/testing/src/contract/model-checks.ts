import { ProxyError } from '@ai-proxy/core';
import type { ModelInfo } from '@ai-proxy/core';
import { checkOf, demand, shown } from './contract-check.ts';
import type { ContractCheck } from './contract-check.ts';
import type { ProviderContractOptions } from './contract-options.ts';
import { strayBodies } from './response-checks.ts';

const words: ReadonlySet<string> = new Set([
  'chat',
  'completions',
  'fim',
  'embeddings',
  'moderations',
  'ocr',
  'audio',
  'tools',
  'vision',
  'reasoning',
]);

/** What the provider lists. */
export function modelChecks({ provider, models: recorded }: ProviderContractOptions): ContractCheck[] {
  const { models } = provider;
  if (models === undefined) return [];
  return [
    checkOf('reads the recorded listing of models', () => {
      demand(models.path.startsWith('/'), `the path ${shown(models.path)} of the listing does not begin with a slash`);
      const listed = models.read(structuredClone(recorded));
      demand(listed.length > 0, 'the recorded listing has no model');
      for (const model of listed) checkModel(model);
      const ids = listed.map(({ id }) => id);
      demand(new Set(ids).size === ids.length, `an id comes twice: ${shown(ids)}`);
    }),
    checkOf('makes nothing worse than a ProxyError of a listing that is none', () => {
      for (const body of strayBodies) {
        let listed: unknown;
        try {
          listed = models.read(structuredClone(body));
        } catch (error) {
          demand(error instanceof ProxyError, `read() of ${shown(body)} threw ${String(error)}; throw a ProxyError, or list nothing`);
          continue;
        }
        demand(Array.isArray(listed), `read() of ${shown(body)} gave no list`);
      }
    }),
  ];
}

function checkModel({ id, created, capabilities, contextLength, aliases = [] }: ModelInfo): void {
  demand(typeof id === 'string' && id !== '', `a model's id is ${shown(id)}`);
  demand(created === undefined || Number.isInteger(created), `${id}: created is ${shown(created)}, and not a time in whole seconds`);
  demand(
    contextLength === undefined || (Number.isInteger(contextLength) && contextLength > 0),
    `${id}: contextLength is ${shown(contextLength)}`,
  );
  const unknown = [...(capabilities ?? [])].filter((word) => !words.has(word));
  demand(unknown.length === 0, `${id}: capabilities has ${shown(unknown)}, which are no words of the house: ${[...words].join(', ')}`);
  demand(!aliases.includes(id), `${id} is an alias of itself`);
}
