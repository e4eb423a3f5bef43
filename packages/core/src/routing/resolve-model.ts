import { ProxyError } from '../errors/proxy-error.ts';
import type { HttpHeaders } from '../http/headers.ts';
import type { ModelRule } from '../models/model-rule.ts';
import type { Catalog } from '../models/catalog.ts';
import { nearestNames } from '../path/nearest-names.ts';
import type { Provider } from '../provider/provider.ts';
import type { Plan, Target } from './plan.ts';
import { partsOf } from './strategy.ts';
import type { Route } from './strategy.ts';

export interface Routing {
  readonly providers: readonly Provider[];
  readonly aliases: Readonly<Record<string, Route>>;
  readonly catalog: Catalog;
}

/** Turns the model that a caller named into the targets that may serve it. */
export async function resolveModel(name: string, routing: Routing, callerHeaders: HttpHeaders, allows?: ModelRule): Promise<Plan> {
  const targets = await resolveRoute(name, routing, callerHeaders);
  const [first, ...rest] = targets;
  if (!first) throw await unknownModel(name, routing, callerHeaders, allows);
  return { steps: [first, ...rest] };
}

async function resolveRoute(route: Route, routing: Routing, callerHeaders: HttpHeaders): Promise<Target[]> {
  if (typeof route !== 'string') {
    const parts = await Promise.allSettled(partsOf(route).map((part) => resolveRoute(part, routing, callerHeaders)));
    const targets = parts.flatMap((part) => (part.status === 'fulfilled' ? part.value : []));
    // A part that cannot be found at the moment is no reason to refuse what the others can serve.
    const lost = targets.length === 0 ? parts.find((part) => part.status === 'rejected') : undefined;
    if (lost) throw lost.reason;
    return targets;
  }
  const alias = Object.hasOwn(routing.aliases, route) ? routing.aliases[route] : undefined;
  if (alias !== undefined) return resolveRoute(alias, routing, callerHeaders);
  const target = qualified(route, routing) ?? (await listed(route, routing, callerHeaders));
  return target ? [target] : [];
}

/** `provider/model`; a model's own name may hold slashes too. */
function qualified(name: string, { providers, catalog }: Routing): Target | undefined {
  const slash = name.indexOf('/');
  if (slash < 1 || slash === name.length - 1) return undefined;
  const provider = providers.find((one) => one.name === name.slice(0, slash));
  if (!provider) return undefined;
  const model = name.slice(slash + 1);
  return { provider, model, modelInfo: catalog.known(provider, model) };
}

/** A model that a provider lists; the first provider in the operator's order where several do. */
async function listed(name: string, { providers, catalog }: Routing, callerHeaders: HttpHeaders): Promise<Target | undefined> {
  const listings = await Promise.all(providers.map((provider) => catalog.listing(provider, callerHeaders)));
  for (const [index, provider] of providers.entries()) {
    const modelInfo = listings[index]?.get(name);
    if (modelInfo) return { provider, model: name, modelInfo };
  }
  // Of the providers that could not be asked a single one may well have it, and its own answer will tell.
  const silent = providers.filter((_, index) => listings[index] === undefined);
  const [only] = silent;
  if (only && silent.length === 1) return { provider: only, model: name, modelInfo: undefined };
  if (silent.length > 1) {
    throw new ProxyError(
      `The model "${shown(name)}" is not among those known, and ${silent.map((one) => `"${one.name}"`).join(', ')} cannot be asked at the moment. Name it as provider/model, or try again.`,
      { status: 503, code: 'provider_unavailable', param: 'model' },
    );
  }
  return undefined;
}

/** Names of models come from the caller: they are shown, but not at any length. */
const shown = (name: string): string => (name.length > 100 ? `${name.slice(0, 100)}...` : name);

/** Every name that a caller may use. */
async function usableNames({ providers, aliases, catalog }: Routing, callerHeaders: HttpHeaders, allows: ModelRule): Promise<string[]> {
  const listings = await Promise.all(providers.map((provider) => catalog.listing(provider, callerHeaders)));
  const ofProviders = listings.flatMap((listing, index) =>
    [...(listing?.keys() ?? [])].filter((id) => allows(id, `${providers[index]?.name}/${id}`)),
  );
  return [...Object.keys(aliases).filter((alias) => allows(alias)), ...ofProviders];
}

/** Who names a provider is near to that provider's models, and means them with the provider before them. */
async function namesBeside(
  name: string,
  { providers, catalog }: Routing,
  callerHeaders: HttpHeaders,
  allows: ModelRule,
): Promise<string[]> {
  const provider = providers.find((one) => name.startsWith(`${one.name}/`));
  const listing = provider && (await catalog.listing(provider, callerHeaders));
  return [...(listing?.keys() ?? [])].map((id) => `${provider?.name}/${id}`).filter((id) => allows(id, id));
}

const allowsAll: ModelRule = () => true;

export async function unknownModel(
  name: string,
  routing: Routing,
  callerHeaders: HttpHeaders,
  allows: ModelRule = allowsAll,
): Promise<ProxyError> {
  const near = nearestNames(
    name,
    [...(await usableNames(routing, callerHeaders, allows)), ...(await namesBeside(name, routing, callerHeaders, allows))],
    3,
  );
  const hint = near.length > 0 ? `Did you mean ${near.map((one) => `"${one}"`).join(' or ')}?` : 'GET /v1/models lists what there is.';
  return new ProxyError(`There is no model "${shown(name)}". ${hint}`, {
    status: 404,
    code: 'model_not_found',
    param: 'model',
    source: 'caller',
  });
}
