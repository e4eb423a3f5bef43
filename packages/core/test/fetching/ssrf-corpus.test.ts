import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createDownload } from '../../src/fetching/fetching-node.ts';
import { isPublicAddress } from '../../src/fetching/public-address.ts';
import { startUpstream } from '../fixtures/http-upstream.ts';
import { file, refusalOf, rules } from './download-of.ts';
import { fakeNetwork, publicAddress } from './fake-network.ts';
import type { FakeNetwork } from './fake-network.ts';
import { png } from './pictures.ts';

interface Payload {
  readonly url: string;
  /** Where a browser would go. */
  readonly host?: string;
  readonly verdict: 'internal' | 'external' | 'invalid';
}

/** What the names in the payloads lead to, in networks where they lead anywhere. */
const names: Readonly<Record<string, readonly string[]>> = {
  localhost: ['127.0.0.1', '::1'],
  'localhost.': ['127.0.0.1', '::1'],
  'metadata.google.internal': ['169.254.169.254'],
  'example.com': [publicAddress],
  'www.example.com': [publicAddress],
  'xn--zca.localdomain.pw': [publicAddress],
};

const corpora = process.env['CORPORA'];

describe.skipIf(corpora === undefined)('the payloads of forged requests (skipped where CORPORA is not set)', () => {
  const payloads = corpora === undefined ? [] : (JSON.parse(readFileSync(join(corpora, 'ssrf/urls.json'), 'utf8')) as readonly Payload[]);
  const ofVerdict = (verdict: Payload['verdict']): string[] => payloads.filter((one) => one.verdict === verdict).map(({ url }) => url);

  /** Asks for each, and says what was told of each that was not fetched. */
  async function askAll(
    urls: readonly string[],
    spelt: (url: string) => string = (url) => url,
  ): Promise<{ network: FakeNetwork; refused: string[] }> {
    const host = await startUpstream((_request, response) => {
      response.writeHead(200, { 'content-type': 'image/png' });
      response.end(png());
    });
    const network = fakeNetwork({ server: host.url, lookup: (name) => names[name] ?? [publicAddress] });
    const download = createDownload(rules, network);
    const refused: string[] = [];
    for (const url of urls) {
      const fetching = download(file(spelt(url)), () => {}, new AbortController().signal);
      await fetching.catch(async () => refused.push((await refusalOf(fetching)).message));
    }
    return { network, refused };
  }

  it('that lead inside reach nothing', async () => {
    const urls = ofVerdict('internal');
    expect(urls.length).toBeGreaterThan(300);
    const { network, refused } = await askAll(urls);
    expect([network.dialled, refused.length]).toEqual([[], urls.length]);
  });

  it('that lead inside are refused for their addresses alone, without the port and the user that give some away', async () => {
    const urls = ofVerdict('internal');
    const bare = (url: string): string => `http://${new URL(url).hostname}/`;
    const { network, refused } = await askAll(urls, bare);
    expect(network.dialled).toEqual([]);
    expect(refused.filter((message) => !message.includes('leads to no public address'))).toEqual([]);
  });

  it('that lead outside are not refused for their addresses', async () => {
    const urls = ofVerdict('external');
    expect(urls.length).toBeGreaterThan(200);
    const { network, refused } = await askAll(urls);
    expect(refused.filter((message) => !/user name|ports 80 and 443/.test(message))).toEqual([]);
    // Asked for without what makes them suspicious, all of them are fetched where they lead.
    const bare = await askAll(urls, (url) => `http://${new URL(url).host}/`);
    expect(bare.refused).toEqual([]);
    expect(new Set(bare.network.dialled.map(({ hostname }) => hostname))).toEqual(
      new Set(payloads.filter(({ verdict }) => verdict === 'external').map(({ host }) => host)),
    );
    expect([network.inside(), bare.network.inside()]).toEqual([0, 0]);
  });

  it('that no browser reads reach nothing, or are read as what they say', async () => {
    const { network } = await askAll(ofVerdict('invalid'));
    expect(network.dialled).toEqual([]);
  });

  it('name hosts that are judged right by their addresses', () => {
    const wrong = payloads
      .filter(({ host, verdict }) => host !== undefined && verdict !== 'invalid')
      .filter(({ host = '', verdict }) => {
        const addresses = names[host] ?? [host.replace(/^\[|\]$/g, '')];
        return addresses.every((address) => isPublicAddress(address, [])) !== (verdict === 'external');
      });
    expect(wrong).toEqual([]);
  });
});
