/** Header fields by lower-case name, as Node and every framework on it give them. */
export type HttpHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** One value of a header; the first where it came several times, nothing where it is absent or inherited. */
export function headerValue(headers: HttpHeaders, name: string): string | undefined {
  if (!Object.hasOwn(headers, name)) return undefined;
  const value = headers[name];
  return typeof value === 'string' ? value : value?.[0];
}
