import { checkProviderName } from '@ai-proxy/core';
import type { Provider } from '@ai-proxy/core';
import { checkOf, demand, shown } from './contract-check.ts';
import type { ContractCheck } from './contract-check.ts';

/** Who the provider is, where it is, and how it presents a credential. */
export function identityChecks(provider: Provider): ContractCheck[] {
  return [
    checkOf('has a name that can be a segment of a path and the prefix of a model', () => {
      checkProviderName('the contract', provider.name);
      demand(/^[a-z0-9][a-z0-9._-]*$/.test(provider.system), `\`system\` is ${shown(provider.system)}; it has to be a word in lower case`);
    }),
    checkOf('has an absolute base URL for every operation', () => {
      for (const operation of operationsOf(provider)) checkBaseURL(provider, operation);
    }),
    checkOf('adds only headers that can be sent', () => {
      checkHeaders(provider.headers ?? {}, '`headers`');
      demand(
        !Object.keys(provider.headers ?? {}).some((name) => name.toLowerCase() === 'authorization'),
        '`headers` holds a credential; give it as `apiKey`, so that it is kept out of logs and answers',
      );
      if (provider.authorize === undefined) return;
      const presented = provider.authorize('contract-credential');
      checkHeaders(presented, '`authorize()`');
      demand(
        Object.values(presented).some((value) => value.includes('contract-credential')),
        '`authorize()` does not present the credential',
      );
    }),
    checkOf('hands down only answer headers that concern a caller', () => {
      const answered = {
        'x-request-id': 'r',
        'set-cookie': 'a=b',
        connection: 'close',
        'content-length': '1',
        'transfer-encoding': 'chunked',
      };
      const down = provider.answerHeaders?.(answered) ?? {};
      checkHeaders(down, '`answerHeaders()`');
      const wrong = Object.keys(down).filter((name) => name !== 'x-request-id' && name in answered);
      demand(wrong.length === 0, `\`answerHeaders()\` hands down ${wrong.join(', ')}`);
      checkHeaders(provider.answerHeaders?.({}) ?? {}, '`answerHeaders()` of none');
    }),
  ];
}

function operationsOf(provider: Provider): string[] {
  return [...Object.keys(provider.operations), ...(provider.native?.routes.map(({ operation }) => operation) ?? []), 'models'];
}

function checkBaseURL({ baseURL }: Provider, operation: string): void {
  const text = typeof baseURL === 'string' ? baseURL : baseURL(operation);
  demand(URL.canParse(text), `the base URL of ${operation} is ${shown(text)}, which is no absolute URL`);
  const url = new URL(text);
  const where = `the base URL of ${operation}, ${text},`;
  demand(url.protocol === 'https:' || url.protocol === 'http:', `${where} is neither http nor https`);
  demand(!text.endsWith('/'), `${where} ends with a slash; paths begin with one`);
  demand(url.search === '' && url.hash === '', `${where} has a query or a fragment; paths are appended to it`);
  demand(url.username === '' && url.password === '', `${where} holds a credential; give it as \`apiKey\``);
}

function checkHeaders(headers: Readonly<Record<string, string>>, where: string): void {
  for (const [name, value] of Object.entries(headers)) {
    demand(/^[\w!#$%&'*+.^`|~-]+$/.test(name), `${where} has ${shown(name)}, which is no name of a header`);
    demand(typeof value === 'string' && !/[^\t\x20-\x7E\x80-\xFF]/.test(value), `${where} has a value of ${name} that cannot be sent`);
  }
}
