import type { NativeRoute } from '../provider/native-surface.ts';

export interface NativeMatch {
  readonly route: NativeRoute;
  /** The path below the base URL, the optional prefix restored. */
  readonly path: string;
}

/** The path is known, but not with this method: the methods that it has. */
export interface NativeMethods {
  readonly methods: string[];
}

interface Pattern {
  readonly route: NativeRoute;
  readonly parts: readonly string[];
  readonly rank: string;
}

/**
 * Finds the route of a table for a path. Segments must have passed {@link findUnsafeSegment}; literal ones are compared as they came, so
 * that no encoding of a name is that name. The most specific route wins, whatever the order of the table; with `optionalPrefix` a
 * path may leave out its first segment of that name.
 */
export function matchNativeRoute(
  routes: readonly NativeRoute[],
  method: string,
  segments: readonly string[],
  optionalPrefix?: string,
): NativeMatch | NativeMethods | undefined {
  const prefixed = optionalPrefix === undefined || segments[0] === optionalPrefix ? undefined : [optionalPrefix, ...segments];
  const methods = new Set<string>();
  for (const { route, parts } of patternsOf(routes)) {
    const matched = matches(parts, segments) ? segments : prefixed !== undefined && matches(parts, prefixed) ? prefixed : undefined;
    if (matched === undefined) continue;
    if (route.methods.includes(method)) return { route, path: `/${matched.join('/')}` };
    for (const other of route.methods) methods.add(other);
  }
  return methods.size === 0 ? undefined : { methods: [...methods] };
}

const known = new WeakMap<readonly NativeRoute[], readonly Pattern[]>();

/** The table with the most specific routes first; a table is read once. */
function patternsOf(routes: readonly NativeRoute[]): readonly Pattern[] {
  const found = known.get(routes);
  if (found !== undefined) return found;
  const patterns = routes
    .map((route) => {
      const parts = route.path.slice(1).split('/');
      return { route, parts, rank: parts.map(rankOf).join('') };
    })
    .toSorted((a, b) => (a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : 0));
  known.set(routes, patterns);
  return patterns;
}

function rankOf(part: string): string {
  return part === '*' ? '2' : part.startsWith(':') ? '1' : '0';
}

function matches(parts: readonly string[], segments: readonly string[]): boolean {
  const open = parts.at(-1) === '*';
  if (open ? segments.length < parts.length : segments.length !== parts.length) return false;
  const fixed = open ? parts.length - 1 : parts.length;
  for (let index = 0; index < fixed; index++) {
    const part = parts[index] ?? '';
    if (part.startsWith(':') ? segments[index] === '' : segments[index] !== part) return false;
  }
  return !open || segments.slice(fixed).some((segment) => segment !== '');
}
