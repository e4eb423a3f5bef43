import { headerValue } from '../http/headers.ts';
import { ProxyError } from '../errors/proxy-error.ts';
import type { FetchedFile, RemoteFile } from '../provider/provider.ts';
import { ask } from './ask-node.ts';
import type { HostAnswer } from './ask-node.ts';
import { dial } from './connect-node.ts';
import type { Dial } from './connect-node.ts';
import type { Download } from './download.ts';
import { gather } from './gather.ts';
import { readHostEntry } from './host-entries.ts';
import type { HostEntry } from './host-entries.ts';
import { judgeURL } from './judge-url.ts';
import type { NamedHosts } from './judge-url.ts';
import { createServerLookup, lookupBySystemRules } from './lookup-node.ts';
import { mediaTypeOf, readMediaType } from './media-type.ts';
import { ownNetworks } from './own-networks-node.ts';
import { forbidden, forbiddenRedirect, tooLarge, unavailable, wrongType } from './refusals.ts';
import type { RemoteFileRules } from './remote-file-rules.ts';
import { resolve } from './resolve-node.ts';
import type { Resolving } from './resolve-node.ts';

/** The network that files are fetched from; another one is for tests. */
export interface Network extends Resolving {
  readonly dial: Dial;
}

const internet: Network = { lookup: createServerLookup(), trustedLookup: lookupBySystemRules, ownNetworks, dial };

/** Fetches on Node, where the addresses that a name leads to can be seen and chosen from. */
export function createDownload(rules: RemoteFileRules, network: Network = internet): Download {
  const hosts: NamedHosts = { only: rules.hosts && readEntries(rules.hosts), trusted: readEntries(rules.trustedHosts) };

  return async (file, take, signal) => {
    let next: Hop = { location: file.url, base: undefined };
    for (let redirects = 0; redirects <= rules.maxRedirects; redirects += 1) {
      const result = await follow(file, next, take, signal);
      if ('bytes' in result) return result;
      next = result;
    }
    throw unavailable(file, `redirects more than ${rules.maxRedirects} times`);
  };

  async function follow(file: RemoteFile, hop: Hop, take: (bytes: number) => void, signal: AbortSignal): Promise<FetchedFile | Hop> {
    const refuse = (why: Parameters<typeof forbidden>[1]): ProxyError => (hop.base ? forbiddenRedirect(file) : forbidden(file, why));
    const destination = judgeURL(hop.location, hop.base, hosts);
    if (typeof destination === 'string') throw refuse(destination);
    const addresses = await resolve(destination, network, signal);
    if (addresses === undefined) throw refuse('address');
    try {
      return await ask({ destination, addresses, accept: file.accept, dial: network.dial, signal }, async (answer) => {
        const location = isRedirect(answer.status) ? headerValue(answer.headers, 'location') : undefined;
        return location === undefined ? readFile(file, answer, rules.maxBytes, take) : { location, base: destination.url };
      });
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw error instanceof ProxyError ? error : unavailable(file, 'could not be reached, or broke off its answer', error);
    }
  }
}

/** Where to ask next; its base is where that was said. */
interface Hop {
  readonly location: string;
  readonly base: URL | undefined;
}

const readEntries = (texts: readonly string[]): HostEntry[] => texts.flatMap((text) => readHostEntry(text) ?? []);

const isRedirect = (status: number): boolean => [301, 302, 303, 307, 308].includes(status);

async function readFile(file: RemoteFile, answer: HostAnswer, maxBytes: number, take: (bytes: number) => void): Promise<FetchedFile> {
  const { status, headers, body } = answer;
  if (status !== 200) throw unavailable(file, `answered with the status ${status}`);
  if (!file.accept.includes(readMediaType(headerValue(headers, 'content-type')))) throw wrongType(file);
  const most = Math.min(maxBytes, file.maxBytes ?? maxBytes);
  if (Number(headerValue(headers, 'content-length')) > most) throw tooLarge(file, most);
  let size = 0;
  const bytes = await gather(body, (more) => {
    size += more;
    if (size > most) throw tooLarge(file, most);
    take(more);
  });
  const type = mediaTypeOf(bytes);
  if (type === undefined || !file.accept.includes(type)) throw wrongType(file);
  return { type, bytes };
}
