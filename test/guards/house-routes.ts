import { readFileSync } from 'node:fs';
import type { CallerFace, Provider } from '@ai-proxy/core';
import { openaiFace } from '../../packages/core/src/faces/openai/openai-face.ts';
import { openaiRoutes } from '../../packages/core/src/faces/openai/routes.ts';
import { matchNativeRoute } from '../../packages/core/src/path/match-native-route.ts';

/** Every method that is tried, and one that nobody serves. */
export const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND'] as const;

export type Method = (typeof methods)[number];

/** A path below the mount, and the methods with which something is behind it. */
export interface HouseRoute {
  readonly path: string;
  readonly methods: readonly string[];
  /** Whether it answers by itself, and asks nobody. */
  readonly isStatic: boolean;
}

/** What of some paths a face serves, asked of the face itself. */
function routesAmong(face: CallerFace, paths: Iterable<string>): readonly HouseRoute[] {
  return [...new Set(paths)].flatMap((path) => {
    const found = methods.filter((method) => {
      try {
        return isServed(face.match(method, path.slice(1).split('/'))?.kind);
      } catch {
        return false;
      }
    });
    const [first] = found;
    if (first === undefined) return [];
    return [{ path, methods: found, isStatic: face.match(first, path.slice(1).split('/'))?.kind === 'static' }];
  });
}

const isServed = (kind: string | undefined): boolean => kind !== undefined && kind !== 'unknown' && kind !== 'method_not_allowed';

/** The routes of OpenAI's face, by its table, in each of their spellings. */
export const openaiFaceRoutes: readonly HouseRoute[] = routesAmong(
  openaiFace,
  ['', '/v1', '/compat', '/compat/v1'].flatMap((prefix) =>
    [...openaiRoutes.map(({ path }) => path), 'models/mistral-small-latest', 'models/ollama%2Fllama3.2'].map((path) => `${prefix}/${path}`),
  ),
);

const ollamaSource = new URL('../../packages/ollama/src/face/routes.ts', import.meta.url);

/** Every text in the source of Ollama's face is tried as a path of it: a route that is added there is found here. */
export const ollamaFaceRoutes = (face: CallerFace): readonly HouseRoute[] =>
  routesAmong(face, ['/', ...[...readFileSync(ollamaSource, 'utf8').matchAll(/'([\w/-]+)'/g)].map(([, word]) => `/api/${word}`)]);

/** What a provider lets through of its own API, opened or not, with text in the places of names, and without what may be left out. */
export function nativeRoutes({ name, native }: Provider): readonly HouseRoute[] {
  if (!native) return [];
  const { routes, optionalPrefix } = native;
  const paths = routes.map(({ path }) => path.replaceAll(/:\w+/g, 'x').replace('*', 'x/y'));
  const spellings = optionalPrefix === undefined ? paths : [...paths, ...paths.map((path) => path.replace(`/${optionalPrefix}/`, '/'))];
  // Where one route has a name another may have its place: `agents/completions` is an agent too.
  const serves = (path: string, method: string): boolean => {
    const match = matchNativeRoute(routes, method, path.slice(1).split('/'), optionalPrefix);
    return match !== undefined && 'route' in match;
  };
  return [...new Set(spellings)].map((path) => ({
    path: `/${name}${path}`,
    methods: methods.filter((method) => serves(path, method) || (method === 'HEAD' && serves(path, 'GET'))),
    isStatic: false,
  }));
}

/** The same provider with everything opened that it can open: what is shut is refused before anybody is asked for a key. */
export const opened = (provider: Provider): Provider => ({
  ...provider,
  ...(provider.native ? { native: { ...provider.native, open: provider.native.routes.flatMap(({ closed }) => closed ?? []) } } : {}),
});
