import type { HttpHeaders } from '../http/headers.ts';
import type { ModelInfo } from '../provider/provider.ts';
import type { ListedModel, ModelsValue } from './listed-model.ts';
import { resolveModel, unknownModel } from '../routing/resolve-model.ts';
import type { Routing } from '../routing/resolve-model.ts';

/** Everything that a caller may name: aliases, then what the providers list. Nothing is made up for a provider that is down. */
export async function listModels(routing: Routing, callerHeaders: HttpHeaders): Promise<ModelsValue> {
  return { models: await entries(routing, callerHeaders) };
}

export async function retrieveModel(id: string, routing: Routing, callerHeaders: HttpHeaders): Promise<ListedModel> {
  const entry = (await entries(routing, callerHeaders)).find((one) => one.id === id);
  if (entry) return entry;
  // `provider/model` names a listed model too, though listings show it without its provider.
  const { steps } = await resolveModel(id, routing, callerHeaders);
  const info = steps[0].modelInfo ?? (await routing.catalog.listing(steps[0].provider, callerHeaders))?.get(steps[0].model);
  if (info) return toEntry(info, id, steps[0].provider.name);
  throw await unknownModel(id, routing, callerHeaders);
}

async function entries({ providers, aliases, catalog }: Routing, callerHeaders: HttpHeaders): Promise<ListedModel[]> {
  const listings = await Promise.all(providers.map((provider) => catalog.listing(provider, callerHeaders)));
  const owners = new Map<string, number>();
  for (const id of listings.flatMap((listing) => [...(listing?.keys() ?? [])])) owners.set(id, (owners.get(id) ?? 0) + 1);
  const isPlain = (id: string): boolean => owners.get(id) === 1 && !Object.hasOwn(aliases, id);
  return [
    ...Object.keys(aliases).map((id) => ({ id, ownedBy: 'ai-proxy' })),
    ...providers.flatMap((provider, index) =>
      [...(listings[index]?.values() ?? [])].map((info) =>
        toEntry(info, isPlain(info.id) ? info.id : `${provider.name}/${info.id}`, provider.name),
      ),
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
