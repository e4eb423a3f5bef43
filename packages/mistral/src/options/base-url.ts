/**
 * The URL before the paths of requests: its own path is kept, trailing slashes and a trailing `/v1` are cut, because every path begins
 * with `/v1` itself. Throws a `TypeError` where the text is no such URL.
 */
export function toBaseURL(where: string, text: unknown): string {
  if (typeof text !== 'string' || !URL.canParse(text)) {
    throw new TypeError(`${where} must be an absolute URL such as https://api.mistral.ai`);
  }
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw new TypeError(`${where} must begin with https:// or http://`);
  if (url.username !== '' || url.password !== '')
    throw new TypeError(`${where} must not hold a user or password; give the key as \`apiKey\``);
  if (url.search !== '' || url.hash !== '') throw new TypeError(`${where} must not have a query or a fragment`);
  const path = withoutTrailingSlashes(url.pathname);
  return url.origin + withoutTrailingSlashes(path.endsWith('/v1') ? path.slice(0, -3) : path);
}

function withoutTrailingSlashes(path: string): string {
  let end = path.length;
  while (end > 0 && path.charCodeAt(end - 1) === 47) end -= 1;
  return path.slice(0, end);
}
