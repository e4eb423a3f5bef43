import { ProxyError } from '../errors/proxy-error.ts';
import { toProxyError } from '../errors/to-proxy-error.ts';
import type { CallerFace, Face, FaceRoute } from '../faces/face.ts';
import { createNativeFace } from '../faces/native/native-face.ts';
import { matchNativeRoute } from '../path/match-native-route.ts';
import { rawSegments } from '../path/segments.ts';
import { splitTarget } from '../path/split-target.ts';
import { findUnsafeSegment } from '../path/unsafe-segment.ts';
import type { NativeRoute, NativeSurface } from '../provider/native-surface.ts';
import type { Provider } from '../provider/provider.ts';

/** What a request asks for, by its method and path. */
export type RoutedRequest = { readonly face: Face } & (
  | Extract<FaceRoute, { readonly kind: 'operation' | 'models' | 'model' | 'static' }>
  | {
      readonly kind: 'native';
      readonly provider: Provider;
      readonly surface: NativeSurface;
      readonly route: NativeRoute;
      readonly path: string;
      readonly query: string;
    }
  | { readonly kind: 'error'; readonly error: ProxyError; readonly allow?: readonly string[] }
);

export type Router = (method: string, target: string) => RoutedRequest | undefined;

/** Routes requests by their raw path. Nothing as an answer means: not a path of the proxy. */
export function createRouter(providers: readonly Provider[], faces: readonly CallerFace[]): Router {
  const natives = new Map(
    providers.flatMap((provider) => {
      const surface = provider.native;
      return surface ? [[provider.name, { provider, surface, face: createNativeFace(provider.name, surface) }] as const] : [];
    }),
  );

  const route: Router = (method, target) => {
    const { path, query } = splitTarget(target);
    const segments = rawSegments(path);
    const native = natives.get(segments[0] ?? '');
    if (native && segments.length > 1) return routeNative(native, method, segments.slice(1), query);
    for (const face of faces) {
      const routed = routeFace(face, method, segments);
      if (routed) return routed;
    }
    return undefined;
  };
  return remembering(route);
}

/** Most requests of a server name the same few paths, and where a path leads never changes. */
const rememberedRoutes = 500;
const rememberedLength = 256;

function remembering(route: Router): Router {
  const known = new Map<string, RoutedRequest>();
  return (method, target) => {
    const key = `${method} ${target}`;
    const before = known.get(key);
    if (before) return before;
    const routed = route(method, target);
    if (routed && routed.kind !== 'error' && key.length <= rememberedLength) {
      if (known.size >= rememberedRoutes) known.clear();
      known.set(key, routed);
    }
    return routed;
  };
}

function routeFace(face: CallerFace, method: string, segments: readonly string[]): RoutedRequest | undefined {
  let route: FaceRoute | undefined;
  try {
    route = face.match(method, segments);
  } catch (error) {
    return { kind: 'error', face, error: toProxyError(error) };
  }
  if (!route) return undefined;
  const reason = findUnsafeSegment(segments, { allowEncodedSlash: route.kind === 'model' && typeof route.id === 'string' });
  if (reason !== undefined) return { kind: 'error', face, error: unsafePath(reason) };
  if (route.kind === 'unknown') return { kind: 'error', face, error: noSuchPath() };
  if (route.kind === 'method_not_allowed') return { kind: 'error', face, error: wrongMethod(method, route.allow), allow: route.allow };
  return { ...route, face };
}

function routeNative(
  { provider, surface, face }: { provider: Provider; surface: NativeSurface; face: Face },
  method: string,
  segments: readonly string[],
  query: string,
): RoutedRequest {
  const reason = findUnsafeSegment(segments);
  if (reason !== undefined) return { kind: 'error', face, error: unsafePath(reason) };
  const match = matchMethod(surface, method, segments);
  if (!match) return { kind: 'error', face, error: noSuchPath() };
  if ('methods' in match) return { kind: 'error', face, error: wrongMethod(method, match.methods), allow: match.methods };
  const { route, path } = match;
  if (route.closed !== undefined && !surface.open?.includes(route.closed)) {
    return { kind: 'error', face, error: routeClosed(provider, route.closed) };
  }
  return { kind: 'native', face, provider, surface, route, path, query };
}

/** HEAD is asked wherever GET is. */
function matchMethod(
  { routes, optionalPrefix }: NativeSurface,
  method: string,
  segments: readonly string[],
): ReturnType<typeof matchNativeRoute> {
  const match = matchNativeRoute(routes, method, segments, optionalPrefix);
  return method === 'HEAD' && match && 'methods' in match && match.methods.includes('GET')
    ? matchNativeRoute(routes, 'GET', segments, optionalPrefix)
    : match;
}

const unsafePath = (reason: string): ProxyError =>
  new ProxyError(`The path of this request is not accepted: ${reason}.`, { status: 400, code: 'invalid_path', source: 'caller' });

const noSuchPath = (): ProxyError =>
  new ProxyError('There is nothing at this path. The documentation lists the routes of the proxy and of its providers.', {
    status: 404,
    code: 'path_not_found',
    source: 'caller',
  });

const wrongMethod = (method: string, allow: readonly string[]): ProxyError =>
  new ProxyError(`This path takes ${allow.join(' or ')}, not ${method.slice(0, 20)}.`, {
    status: 405,
    code: 'method_not_allowed',
    source: 'caller',
  });

const routeClosed = (provider: Provider, group: string): ProxyError =>
  new ProxyError(`The "${group}" routes of "${provider.name}" are closed here. The operator can open them with open: ['${group}'].`, {
    status: 403,
    code: 'route_closed',
    source: 'caller',
  });
