/** The segments of a path as they came over the wire. `/a/b` has two, `/a/` has `a` and an empty one, an empty path has none. */
export function rawSegments(path: string): string[] {
  if (path === '') return [];
  return (path.startsWith('/') ? path.slice(1) : path).split('/');
}
