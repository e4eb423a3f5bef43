import type { HttpHeaders } from '../http/headers.ts';
import type { ModelInfo } from '../provider/provider.ts';
import type { ListedModel, ModelsValue } from './listed-model.ts';
import type { ModelRule } from './model-rule.ts';
import { resolveModel, unknownModel } from '../routing/resolve-model.ts';
import type { Routing } from '../routing/resolve-model.ts';

/** Everything that a caller may name: aliases, then what the providers list. Nothing is made up for a provider that is down. */
export async function listModels(routing: Routing, callerHeaders: HttpHeaders, allows?: ModelRule): Promise<ModelsValue> {
  return { models: (await entries(routing, callerHeaders, allows)).map(({ model }) => model) };
}

export async function retrieveModel(id: string, routing: Routing, callerHeaders: HttpHeaders, allows?: ModelRule): Promise<ListedModel> {
  const entry = (await entries(routing, callerHeaders, allows)).find(({ model }) => model.id === id);
  if (entry) return entry.model;
  // `provider/model` names a listed model too, though listings show it without its provider.
  const { steps } = await resolveModel(id, routing, callerHeaders, allows);
  const { provider, model } = steps[0];
  const info = steps[0].modelInfo ?? (await routing.catalog.listing(provider, callerHeaders))?.get(model);
  // What a caller may not use is not there for him.
  if (info && allows?.(id, `${provider.name}/${model}`) !== false) return toEntry(info, id, provider.name);
  throw await unknownModel(id, routing, callerHeaders, allows);
}

/** A model as it is listed, and the `provider/model` that it leads to; aliases may lead to several. */
interface Entry {
  readonly model: ListedModel;
  readonly target?: string;
}

async function entries(routing: Routing, callerHeaders: HttpHeaders, allows: ModelRule | undefined): Promise<Entry[]> {
  const all = await allEntries(routing, callerHeaders);
  return allows ? all.filter(({ model, target }) => allows(model.id, target)) : all;
}

async function allEntries({ providers, aliases, catalog }: Routing, callerHeaders: HttpHeaders): Promise<Entry[]> {
  const listings = await Promise.all(providers.map((provider) => catalog.listing(provider, callerHeaders)));
  const owners = new Map<string, number>();
  for (const id of listings.flatMap((listing) => [...(listing?.keys() ?? [])])) owners.set(id, (owners.get(id) ?? 0) + 1);
  const isPlain = (id: string): boolean => owners.get(id) === 1 && !Object.hasOwn(aliases, id);
  return [
    ...Object.keys(aliases).map((id) => ({ model: { id, ownedBy: 'ai-proxy' } })),
    ...providers.flatMap((provider, index) =>
      [...(listings[index]?.values() ?? [])].map((info) => {
        const target = `${provider.name}/${info.id}`;
        return { model: toEntry(info, isPlain(info.id) ? info.id : target, provider.name), target };
      }),
    ),
  ];
}

const toEntry = (info: ModelInfo, id: string, provider: string): ListedModel => ({
  id,
  provider,
  ...(info.created === undefined ? {} : { created: info.created }),
  ...(info.ownedBy === undefined ? {} : { ownedBy: info.ownedBy }),
  ...(info.capabilities === undefined ? {} : { capabilities: info.capabilities }),
  ...(info.contextLength === undefined ? {} : { contextLength: info.contextLength }),
});
