/** Takes the parts of a database's address that nobody may see out of whatever a driver says. */
export function withoutSecrets(url: string): (text: string) => string {
  const secrets = secretsOf(url);
  return (text) => secrets.reduce((rest, secret) => rest.replaceAll(secret, '***'), text);
}

function secretsOf(url: string): readonly string[] {
  const [, , written = ''] = /^([a-z]+:\/\/[^/?#:]*):([^/]*)@/i.exec(url) ?? [];
  const inQuery = [...url.matchAll(/[?&](?:password|sslpassword)=([^&#]*)/gi)].map(([, one = '']) => one);
  if (written === '' && inQuery.length === 0) return [];
  return [url, written, ...inQuery].flatMap((one) => [one, decoded(one)]).filter((one) => one !== '');
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
