/** What Next.js calls a proxy, formerly a middleware: where there is one, it reads the body of every request that it is asked about. */
export function proxy(): void {}

export const config = { matcher: '/guarded/:path*' };
