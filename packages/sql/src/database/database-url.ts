/** Where a database is. */
export type DatabasePlace = { readonly kind: 'sqlite'; readonly path: string } | { readonly kind: 'postgres'; readonly url: string };

/** Reads `sqlite:PATH` or `postgres://…`; a message about a wrong one does not repeat it, because it may hold a password. */
export function parseDatabaseUrl(url: string): DatabasePlace {
  if (url.startsWith('sqlite:')) return { kind: 'sqlite', path: sqlitePath(url.slice('sqlite:'.length)) };
  if (/^postgres(?:ql)?:\/\//.test(url)) return { kind: 'postgres', url };
  throw new TypeError('The URL of a database is "sqlite:PATH", such as "sqlite:ai-proxy.db", or "postgres://user:password@host/database".');
}

function sqlitePath(path: string): string {
  if (path === '' || path.startsWith(':memory:') || path.startsWith('file:')) {
    throw new TypeError('A SQLite database of ai-proxy is a file: "sqlite:ai-proxy.db". What may be forgotten is kept by memoryLedger().');
  }
  return path;
}
