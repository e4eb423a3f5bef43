/** What Next.js says of the dynamic segments of a route. */
export type RouteParams = Readonly<Record<string, string | string[] | undefined>>;

/**
 * Path and query below a mount, by the segments that its route has caught: the mount is wherever the folder of the route stands, under whatever
 * `basePath`, and a rewrite that leads to it changes nothing. The raw segments are kept as the caller wrote them.
 */
export function caughtTarget(url: string, params: RouteParams): string {
  const { pathname, search } = new URL(url);
  // Next allows one of them in a route, and it is the last. An optional one that has caught nothing is not there.
  const caught = Object.values(params).findLast((value): value is string[] => Array.isArray(value)) ?? [];
  const written = pathname.split('/').filter((segment) => segment !== '');
  const tail = caught.length === 0 ? [] : written.slice(-caught.length);
  // A rewrite may have put other segments in the place of those that the caller wrote.
  const isWritten = tail.length === caught.length && tail.every((segment, index) => decoded(segment) === caught[index]);
  return `/${(isWritten ? tail : caught.map(encodeURIComponent)).join('/')}${search}`;
}

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
