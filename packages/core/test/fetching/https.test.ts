import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import type { TLSSocket } from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createDownload } from '../../src/fetching/fetching-node.ts';
import type { FetchedFile } from '../../src/provider/provider.ts';
import { certificate, privateKey } from './certificate.ts';
import { file, refusalOf, rules } from './download-of.ts';
import { fakeNetwork, publicAddress } from './fake-network.ts';
import { png } from './pictures.ts';

interface SecureHost {
  readonly url: string;
  readonly seen: { readonly host: string | undefined; readonly servername: unknown; readonly protocol: unknown }[];
}

async function startSecureHost(): Promise<SecureHost> {
  const seen: SecureHost['seen'] = [];
  const server = createServer({ cert: certificate, key: privateKey, ALPNProtocols: ['h2', 'http/1.1'] }, (req, res) => {
    const { servername, alpnProtocol } = req.socket as TLSSocket & { servername: unknown };
    seen.push({ host: req.headers.host, servername, protocol: alpnProtocol });
    res.writeHead(200, { 'content-type': 'image/png' });
    res.end(png());
  });
  // A handshake that the other side gives up is no failure of the test.
  server.on('tlsClientError', () => {});
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

function trustCertificate(): void {
  const before = getCACertificates('default');
  setDefaultCACertificates([...before, certificate]);
  onTestFinished(() => setDefaultCACertificates(before));
}

const fetchFrom = (url: string, server: string): Promise<FetchedFile> =>
  createDownload(rules, fakeNetwork({ server }))(file(url), () => {}, new AbortController().signal);

describe('a file by https', () => {
  it.each([
    ['https://pictures.example/a.png', 'pictures.example', 'pictures.example'],
    [`https://${publicAddress}/a.png`, publicAddress, false],
  ])('%s is fetched from whoever proves to be its host', async (url, host, servername) => {
    trustCertificate();
    const { url: server, seen } = await startSecureHost();
    expect((await fetchFrom(url, server)).type).toBe('image/png');
    expect(seen).toEqual([{ host, servername, protocol: 'http/1.1' }]);
  });

  it.each(['https://other.example/a.png', 'https://8.8.8.8/a.png', 'https://pictures.example.other.example/'])(
    '%s is not asked of one who proves to be another',
    async (url) => {
      trustCertificate();
      const { url: server, seen } = await startSecureHost();
      expect((await refusalOf(fetchFrom(url, server))).code).toBe('remote_file_unavailable');
      expect(seen).toEqual([]);
    },
  );

  it('is not asked of one whom nobody vouches for', async () => {
    const { url, seen } = await startSecureHost();
    const { code, message } = await refusalOf(fetchFrom('https://pictures.example/', url));
    expect([code, message]).toEqual(['remote_file_unavailable', expect.not.stringMatching(/self.signed|certificate/i)]);
    expect(seen).toEqual([]);
  });
});
