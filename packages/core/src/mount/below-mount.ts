/** The path and query below a mount, or nothing where the request is outside of it. Raw characters are compared: no encoding is undone. */
export function belowMount(url: string, prefix: string): string | undefined {
  const target = toOriginForm(url);
  if (prefix === '') return target;
  if (!target.startsWith(prefix)) return undefined;
  const rest = target.slice(prefix.length);
  if (rest === '') return '/';
  if (rest.startsWith('/')) return rest;
  return rest.startsWith('?') ? `/${rest}` : undefined;
}

/** Clients behind a forward proxy may send the absolute form, which RFC 9112 section 3.2.2 asks every server to accept. */
function toOriginForm(url: string): string {
  if (url.startsWith('/')) return url;
  const authority = /^https?:\/\/[^/?#]*/i.exec(url)?.[0];
  if (authority === undefined) return url;
  const rest = url.slice(authority.length);
  return rest.startsWith('/') ? rest : `/${rest}`;
}
