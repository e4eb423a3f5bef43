import { createKey } from '@ai-proxy/auth';
import { beginStream, call } from './call.ts';
import type { BegunStream, Got } from './call.ts';
import { fastModel, slowModel } from './gateway.ts';
import type { Gateway } from './gateway.ts';

/** What is done with a gateway, as long as anybody looks. */
export const useNames = [
  'budget',
  'budget that is not open',
  'requests per minute',
  'calls at once',
  'no limits',
  'listing',
  'key not seen before',
  'unknown key',
  '/me/usage',
  '/key/generate',
] as const;

export type UseName = (typeof useNames)[number];

export interface Uses {
  /** Makes one call of a kind. */
  readonly make: Readonly<Record<UseName, () => Promise<Got>>>;
  /** Begins a stream under a budget that takes some seconds. */
  stream(words: number): Promise<BegunStream>;
  /** Keys whose money is counted. */
  readonly budgeted: readonly string[];
}

const dollars = 1_000_000;

/** `fresh`: so many keys are made beforehand, to be used for the first time later. */
export async function prepareUses({ url, masterKey, addKey }: Gateway, fresh: number): Promise<Uses> {
  const budgets = { budgets: [{ limit: 1000 * dollars, every: '1mo' }] };
  const [budgeted, requests, parallel, free, streaming] = await Promise.all([
    addKey('budgeted', budgets),
    addKey('requests', { requestsPerMinute: 4000 }),
    addKey('parallel', { parallel: 400 }),
    addKey('free', {}),
    addKey('streaming', budgets),
  ]);
  const unused: string[] = [];
  const unopened: string[] = [];
  for (let number = 0; number < fresh; number += 1) {
    unused.push(await addKey(`unused-${number}`, {}));
    unopened.push(await addKey(`unopened-${number}`, budgets));
  }
  let [nextUnused, nextUnopened] = [0, 0];
  // Where all have been used it begins again: then they are not new any more.
  const chat = async (key: string): Promise<Got> =>
    call(`${url}/ai/v1/chat/completions`, {
      key,
      body: { model: fastModel, max_tokens: 20, messages: [{ role: 'user', content: 'hello' }] },
    });

  return {
    make: {
      budget: async () => chat(budgeted),
      'budget that is not open': async () => chat(unopened[(nextUnopened += 1) % fresh] ?? ''),
      'requests per minute': async () => chat(requests),
      'calls at once': async () => chat(parallel),
      'no limits': async () => chat(free),
      listing: async () => call(`${url}/ai/v1/models`, { key: requests }),
      'key not seen before': async () => chat(unused[(nextUnused += 1) % fresh] ?? ''),
      'unknown key': async () => chat(createKey()),
      '/me/usage': async () => call(`${url}/me/usage`, { key: budgeted }),
      '/key/generate': async () => call(`${url}/key/generate`, { key: masterKey, body: { max_budget: 1 } }),
    },
    stream: async (words) =>
      beginStream(`${url}/ai/v1/chat/completions`, {
        key: streaming,
        body: {
          model: slowModel,
          stream: true,
          max_tokens: 2000,
          messages: [{ role: 'user', content: Array.from({ length: words }, (_, index) => `w${index}`).join(' ') }],
        },
      }),
    budgeted: ['budgeted', 'streaming', ...unopened.map((_, number) => `unopened-${number}`)],
  };
}
