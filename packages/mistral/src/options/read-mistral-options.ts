import { checkChoice, checkKnownOptions, checkOpenGroups, checkProviderName } from '@ai-proxy/core';
import type { MessageOrderRepairs } from '../chat/request/message-order.ts';
import { repairNames } from '../chat/request/message-order.ts';
import { mistralGroups } from '../native/routes.ts';
import { toBaseURL } from './base-url.ts';
import type { MistralOptions } from './mistral-options.ts';

const known: readonly (keyof MistralOptions)[] = [
  'name',
  'apiKey',
  'baseURL',
  'headers',
  'repair',
  'thinkingInHistory',
  'completionsAsChat',
  'open',
];

/** Options with their defaults, checked for their shape; the environment is not read here. */
export interface ReadMistralOptions {
  readonly name: string;
  readonly baseURL: string | undefined;
  readonly repair: MessageOrderRepairs;
  readonly thinkingInHistory: 'send' | 'drop';
  readonly completionsAsChat: boolean;
  readonly open: readonly string[];
}

export function readMistralOptions(options: MistralOptions): ReadMistralOptions {
  checkKnownOptions('mistral()', options, known);
  checkChoice('mistral()', 'thinkingInHistory', options.thinkingInHistory, ['send', 'drop']);
  checkChoice('mistral()', 'completionsAsChat', options.completionsAsChat, [true, false]);
  checkOpenGroups('mistral()', options.open, mistralGroups);
  return {
    name: checkProviderName('mistral()', options.name ?? 'mistral'),
    baseURL: options.baseURL === undefined ? undefined : toBaseURL('mistral(): `baseURL`', options.baseURL),
    repair: readRepairs(options.repair),
    thinkingInHistory: options.thinkingInHistory ?? 'send',
    completionsAsChat: options.completionsAsChat ?? false,
    open: options.open ?? [],
  };
}

function readRepairs(repair: MistralOptions['repair']): MessageOrderRepairs {
  if (repair === undefined) return {};
  if (repair === 'all') return Object.fromEntries(repairNames.map((name) => [name, true]));
  if (typeof repair !== 'object' || repair === null) {
    throw new TypeError(`mistral(): \`repair\` must be "all" or an object with ${repairNames.join(', ')}`);
  }
  checkKnownOptions('mistral(): repair', repair, repairNames);
  for (const name of repairNames) checkChoice('mistral(): repair', name, repair[name], [true, false]);
  return repair;
}
