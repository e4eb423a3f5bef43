/**
 * Where an alias leads: a model, or a strategy of models. Strategies are plain data, so that a configuration file can say them too;
 * each part is `provider/model`, a model that one provider lists, another alias, or a strategy again.
 */
export type Route = string | Fallback;

/** The first that can serve; a later one is asked when those before it failed in a way that allows it. */
export interface Fallback {
  readonly fallback: readonly [Route, ...Route[]];
}

export function fallback(...routes: [Route, ...Route[]]): Fallback {
  return { fallback: routes };
}

/** The parts of a route, in the order in which they are asked. */
export function partsOf(route: Route): readonly Route[] {
  return typeof route === 'string' ? [route] : route.fallback;
}
