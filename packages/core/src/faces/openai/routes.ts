import { ProxyError } from '../../errors/proxy-error.ts';
import type { CanonicalOperation } from '../../provider/provider.ts';

/** One path of the OpenAI face, below `/v1`. */
export type OpenaiRoute =
  | { readonly path: string; readonly methods: readonly string[]; readonly kind: 'operation'; readonly operation: CanonicalOperation }
  | { readonly path: string; readonly methods: readonly string[]; readonly kind: 'models' };

/** The paths of the OpenAI face. `models/{id}` is not in the table: it is the listing's path with one more segment. */
export const openaiRoutes: readonly OpenaiRoute[] = [
  { path: 'chat/completions', methods: ['POST'], kind: 'operation', operation: 'chat' },
  { path: 'completions', methods: ['POST'], kind: 'operation', operation: 'completions' },
  { path: 'embeddings', methods: ['POST'], kind: 'operation', operation: 'embeddings' },
  { path: 'fim/completions', methods: ['POST'], kind: 'operation', operation: 'fim' },
  { path: 'moderations', methods: ['POST'], kind: 'operation', operation: 'moderations' },
  { path: 'models', methods: ['GET', 'HEAD'], kind: 'models' },
];

/** First segments under the mount that belong to the OpenAI face: a provider of such a name would hide behind it. */
export const openaiSegments: ReadonlySet<string> = new Set([
  'v1',
  'compat',
  ...openaiRoutes.map((route) => route.path.replace(/\/.*/u, '')),
]);

/** What a path under the mount asks of the OpenAI face. */
export type OpenaiRouteMatch =
  | { readonly kind: 'operation'; readonly operation: CanonicalOperation }
  | { readonly kind: 'models' }
  | { readonly kind: 'model'; readonly id: string }
  | { readonly kind: 'method_not_allowed'; readonly allow: string[] }
  /** The path is this face's by its prefix, and there is nothing there. */
  | { readonly kind: 'unknown' };

const routesByPath = new Map(openaiRoutes.map((route) => [route.path, route]));

/**
 * Finds the route of the raw path segments below the mount, of which a leading `v1`, `compat` or `compat/v1` may be left out.
 * Nothing as an answer means: not a path of this face. Throws a 400 where the id of a model is wrongly encoded.
 */
export function matchOpenaiRoute(method: string, segments: readonly string[]): OpenaiRouteMatch | undefined {
  const prefixLength = lengthOfPrefix(segments);
  const end = segments.at(-1) === '' ? -1 : undefined;
  const rest = segments.slice(prefixLength, end);
  const modelId = rest.length === 2 && rest[0] === 'models' ? rest[1] : undefined;
  const route = routesByPath.get(modelId === undefined ? rest.join('/') : 'models');
  if (route === undefined) return prefixLength > 0 ? { kind: 'unknown' } : undefined;
  if (!route.methods.includes(method)) return { kind: 'method_not_allowed', allow: [...route.methods] };
  if (modelId !== undefined) return { kind: 'model', id: decodeModelId(modelId) };
  return route.kind === 'operation' ? { kind: 'operation', operation: route.operation } : { kind: 'models' };
}

function lengthOfPrefix(segments: readonly string[]): number {
  if (segments[0] === 'v1') return 1;
  if (segments[0] !== 'compat') return 0;
  return segments[1] === 'v1' ? 2 : 1;
}

function decodeModelId(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch (cause) {
    throw new ProxyError('The id of the model in the path is not valid percent-encoding: encode it with encodeURIComponent.', {
      status: 400,
      code: 'invalid_path',
      source: 'caller',
      cause,
    });
  }
}
