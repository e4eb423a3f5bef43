import type { PricedTarget } from '@ai-proxy/core';

/** What Mistral's aliases stood for when its list was last read by us; the provider's own list, where it is known, says it better. */
const aliasesOn20261101: Readonly<Record<string, string>> = {
  'mistral-large-latest': 'mistral-large-2512',
  'mistral-small-latest': 'mistral-small-2603',
  'devstral-latest': 'devstral-2512',
  'devstral-medium-latest': 'devstral-2512',
  'codestral-latest': 'codestral-2508',
  'ministral-3b-latest': 'ministral-3b-2512',
  'ministral-14b-latest': 'ministral-14b-2512',
};

/** The name under which a model's price is published: of an alias, that of the dated model behind it. */
export function datedName({ system, model, otherNames }: Pick<PricedTarget, 'system' | 'model' | 'otherNames'>): string {
  if (isDated(model)) return model;
  return otherNames.find(isDated) ?? (system === 'mistral_ai' ? aliasOf(model) : undefined) ?? model;
}

const isDated = (name: string): boolean => /-\d{4}$/.test(name);

const aliasOf = (model: string): string | undefined => (Object.hasOwn(aliasesOn20261101, model) ? aliasesOn20261101[model] : undefined);
