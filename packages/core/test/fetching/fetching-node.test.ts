import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { callerLeft } from '../../src/errors/caller-left.ts';
import { createDownload } from '../../src/fetching/fetching-node.ts';
import type { Network } from '../../src/fetching/fetching-node.ts';
import type { RemoteFileRules } from '../../src/fetching/remote-file-rules.ts';
import type { FetchedFile, RemoteFile } from '../../src/provider/provider.ts';
import { createGate } from '../fixtures/gate.ts';
import { startUpstream } from '../fixtures/http-upstream.ts';
import type { Answer, HttpUpstream } from '../fixtures/http-upstream.ts';
import { startRawUpstream } from '../fixtures/raw-upstream.ts';
import { file, refusalOf, rules } from './download-of.ts';
import { fakeNetwork, publicAddress, publicAddress6 } from './fake-network.ts';
import type { FakeNetwork } from './fake-network.ts';
import { gif, jpeg, png, webp } from './pictures.ts';

interface Attempt {
  readonly url?: string;
  readonly changes?: Partial<RemoteFile>;
  readonly more?: Partial<RemoteFileRules>;
  readonly signal?: AbortSignal;
  readonly take?: (bytes: number) => void;
}

const start = (
  network: Network,
  { url = 'http://pictures.example/a.png', changes, more, signal, take }: Attempt = {},
): Promise<FetchedFile> =>
  createDownload({ ...rules, ...more }, network)(file(url, changes), take ?? (() => {}), signal ?? new AbortController().signal);

const serving =
  (bytes: Uint8Array | string, type: string | undefined, headers: Record<string, string> = {}): Answer =>
  (_request, response) => {
    response.writeHead(200, { ...(type === undefined ? {} : { 'content-type': type }), ...headers });
    response.end(bytes);
  };

const redirecting =
  (to: (url: string) => string | undefined, status = 302): Answer =>
  ({ url }, response) => {
    const location = to(url);
    if (location === undefined) return serving(png(), 'image/png')({} as never, response, 0);
    response.writeHead(status, { location });
    response.end('a page for people');
  };

async function networkOf(
  answer: Answer,
  options: Parameters<typeof fakeNetwork>[0] = {},
): Promise<{ network: FakeNetwork; host: HttpUpstream }> {
  const host = await startUpstream(answer);
  return { network: fakeNetwork({ ...options, server: host.url }), host };
}

describe('a file that is fetched', () => {
  it.each([
    ['image/png', png(), 'image/png'],
    ['image/jpeg', jpeg(), 'image/jpeg'],
    ['image/jpg', jpeg(), 'image/jpeg'],
    ['Image/PNG; charset=binary', png(), 'image/png'],
    ['image/webp', webp(), 'image/webp'],
    ['image/gif', gif(), 'image/gif'],
    ['image/gif', gif('87a'), 'image/gif'],
    // Many servers go by the name of a file; whoever looks at the picture goes by its bytes.
    ['image/jpeg', png(), 'image/png'],
  ])('as %s has the type of its bytes', async (type, bytes, expected) => {
    const { network } = await networkOf(serving(bytes, type));
    const accept = ['image/png', 'image/jpeg', 'image/webp', 'image/gif'];
    const fetched = await start(network, { changes: { accept } });
    expect(fetched.type).toBe(expected);
    expect([...fetched.bytes]).toEqual([...bytes]);
  });

  it('is asked for once, at the address that was looked up, with no word of who asks', async () => {
    const { network, host } = await networkOf(serving(png(), 'image/png'), { lookup: () => [publicAddress, publicAddress6] });
    await start(network, { url: 'http://PICTURES.example:80/a%20b/../c.png?d=e#f' });
    expect(network.lookedUp).toEqual(['pictures.example']);
    expect(network.dialled).toEqual([{ hostname: 'pictures.example', port: 80, addresses: [publicAddress, publicAddress6] }]);
    expect(host.requests.map(({ method, url, headers, body }) => ({ method, url, headers, body }))).toEqual([
      {
        method: 'GET',
        url: '/c.png?d=e',
        headers: {
          host: 'pictures.example',
          connection: 'close',
          accept: 'image/png, image/jpeg',
          'accept-encoding': 'identity',
          'user-agent': 'ai-proxy',
        },
        body: '',
      },
    ]);
  });

  it('comes whole however it is cut, and is counted as it comes', async () => {
    const bytes = new Uint8Array(300_000).map((_, index) => index % 251);
    bytes.set(png());
    const { network } = await networkOf((_request, response) => {
      response.writeHead(200, { 'content-type': 'image/png' });
      for (let at = 0; at < bytes.length; at += 70_001) response.write(bytes.subarray(at, at + 70_001));
      response.end();
    });
    let taken = 0;
    const fetched = await start(network, { take: (more) => (taken += more) });
    expect(Buffer.compare(fetched.bytes, bytes)).toBe(0);
    expect(taken).toBe(bytes.length);
  });

  it('leaves no connection behind, and takes a new one for the next', async () => {
    const { network, host } = await networkOf(serving(png(), 'image/png'));
    await start(network);
    await start(network);
    expect(host.connections()).toBe(2);
    for (const { socket } of host.requests) if (!socket.destroyed) await once(socket, 'close');
    expect(host.requests.map(({ socket }) => socket.destroyed)).toEqual([true, true]);
  });

  it('is fetched from an address without asking for its name', async () => {
    const { network, host } = await networkOf(serving(png(), 'image/png'));
    await start(network, { url: `http://${publicAddress}/` });
    await start(network, { url: `http://[${publicAddress6}]/` });
    expect(network.lookedUp).toEqual([]);
    expect(network.dialled.map(({ hostname, addresses }) => [hostname, addresses])).toEqual([
      [publicAddress, [publicAddress]],
      [publicAddress6, [publicAddress6]],
    ]);
    expect(host.requests.map(({ headers }) => headers.host)).toEqual([publicAddress, `[${publicAddress6}]`]);
  });
});

describe('a URL that is not asked', () => {
  it.each([
    ['ftp://pictures.example/a.png', 'only http and https'],
    ['file:///etc/passwd', 'only http and https'],
    ['http:///', 'only http and https'],
    ['http://', 'only http and https'],
    ['http://a b/', 'only http and https'],
    ['http://1.2.3.4.5/', 'only http and https'],
    [`http://pictures.example/${'a'.repeat(8192)}`, '8192 characters'],
    [`http://pictures.example/${'ä'.repeat(4000)}`, '8192 characters'],
    ['http://user@pictures.example/', 'user name or a password'],
    ['http://:word@pictures.example/', 'user name or a password'],
    ['http://pictures.example:8080/', 'ports 80 and 443'],
    ['https://pictures.example:22/', 'ports 80 and 443'],
  ])('%s', async (url, says) => {
    const network = fakeNetwork();
    const { code, message } = await refusalOf(start(network, { url }));
    expect(code).toBe('remote_file_refused');
    expect(message).toContain(says);
    expect([network.lookedUp, network.dialled]).toEqual([[], []]);
  });

  it('is one of a name with one inside address among its public ones', async () => {
    const network = fakeNetwork({ lookup: () => [publicAddress, '10.0.0.1', publicAddress6] });
    const { code, message } = await refusalOf(start(network));
    expect(code).toBe('remote_file_refused');
    expect(message).toContain('"pictures.example" leads to no public address');
    expect(message).not.toMatch(/\d+\.\d+\.\d+/);
    expect(network.dialled).toEqual([]);
  });

  it.each<[string, () => readonly string[] | Promise<readonly string[]>]>([
    ['has no address', () => []],
    ['cannot be looked up', () => Promise.reject(new Error('ESERVFAIL 10.0.0.53'))],
    ['leads to another name', () => ['localhost']],
    ['leads to an address with a port', () => [`${publicAddress}:80`]],
    ['leads inside', () => ['127.0.0.1']],
    ['leads to its own network', () => ['203.0.114.77']],
  ])('says the same of a name that %s', async (_what, lookup) => {
    const network = fakeNetwork({ lookup, ownNetworks: ['203.0.114.9/24'] });
    expect(await refusalOf(start(network))).toEqual({
      code: 'remote_file_refused',
      message:
        '`messages[0].content[1].image_url.url`: "pictures.example" leads to no public address; ' +
        'give a URL that anybody on the internet can open, or send the file itself, as a data URL.',
    });
    expect(network.dialled).toEqual([]);
  });
});

describe('a name that leads to another address each time', () => {
  it('never leads inside in 1000 rounds', async () => {
    const { network, host } = await networkOf(serving(png(), 'image/png'), {
      lookup: (() => {
        let turn = 0;
        return () => [(turn += 1) % 2 === 0 ? '127.0.0.1' : publicAddress];
      })(),
    });
    let [fetched, refused] = [0, 0];
    for (let round = 0; round < 1000; round += 1) {
      await start(network).then(
        () => (fetched += 1),
        () => (refused += 1),
      );
    }
    expect([fetched, refused]).toEqual([500, 500]);
    expect(network.inside()).toBe(0);
    expect([network.lookedUp.length, network.dialled.length, host.requests.length]).toEqual([1000, 500, 500]);
  }, 60_000);
});

describe('a redirect', () => {
  it.each([301, 302, 303, 307, 308])('%i is followed, and judged anew', async (status) => {
    const { network, host } = await networkOf(redirecting((url) => (url === '/a.png' ? 'https://other.example/../b' : undefined), status));
    // The second is asked by TLS, which the server of this test does not speak; that it was asked is what counts.
    expect((await refusalOf(start(network))).code).toBe('remote_file_unavailable');
    expect(network.lookedUp).toEqual(['pictures.example', 'other.example']);
    expect(network.dialled.map(({ hostname, port }) => [hostname, port])).toEqual([
      ['pictures.example', 80],
      ['other.example', 443],
    ]);
    expect(host.requests).toHaveLength(1);
  });

  it('is read relative to where it was said, through as many as are allowed', async () => {
    const next: Record<string, string> = { '/x/a.png': 'b', '/x/b': '../c', '/c': '//other.example/d' };
    const { network, host } = await networkOf(redirecting((url) => next[url]));
    expect((await start(network, { url: 'http://pictures.example/x/a.png' })).type).toBe('image/png');
    expect(host.requests.map(({ url, headers }) => [headers.host, url])).toEqual([
      ['pictures.example', '/x/a.png'],
      ['pictures.example', '/x/b'],
      ['pictures.example', '/c'],
      ['other.example', '/d'],
    ]);
  });

  it.each([
    ['http://127.0.0.1/'],
    ['http://[::1]/'],
    ['http://2130706433/'],
    ['http://inside.example/'],
    ['http://169.254.169.254/latest/meta-data/'],
    ['//10.0.0.1/'],
    ['\\\\10.0.0.1/'],
    ['https:10.0.0.1'],
    ['file:///etc/passwd'],
    ['data:image/png;base64,AAAA'],
    ['http://user:word@pictures.example/'],
    ['http://pictures.example:6379/'],
  ])('to %s is not followed, wherever in the chain it stands, and not told', async (inside) => {
    for (let place = 0; place < 3; place += 1) {
      let turn = 0;
      const lookup = (name: string): string[] => [name === 'inside.example' ? '192.168.0.1' : publicAddress];
      const { network, host } = await networkOf(
        redirecting(() => (turn++ < place ? `/step-${turn}` : inside)),
        { lookup },
      );
      const { code, message } = await refusalOf(start(network));
      expect(code).toBe('remote_file_refused');
      expect(message).toContain('"pictures.example" answered with a redirect to where nothing is fetched from');
      expect(message).not.toMatch(/127|169|192|10\.|inside|passwd|word|6379/);
      expect(network.inside()).toBe(0);
      expect(host.requests).toHaveLength(place + 1);
    }
  });

  it.each([
    ['in a circle', 3, (url: string) => (url === '/a' ? '/b' : '/a')],
    ['to itself', 3, () => ''],
    ['without an end', 3, (url: string) => `${url}x`],
    ['where none is allowed', 0, () => '/b'],
  ])('%s is given up', async (_what, maxRedirects, to) => {
    const { network, host } = await networkOf(redirecting(to));
    const { code, message } = await refusalOf(start(network, { more: { maxRedirects } }));
    expect([code, message]).toEqual(['remote_file_unavailable', expect.stringContaining(`redirects more than ${maxRedirects} times`)]);
    expect(host.requests).toHaveLength(maxRedirects + 1);
  });

  it('is followed without waiting for the end of its page', async () => {
    const { network, host } = await networkOf(({ url }, response, index) => {
      if (url !== '/a.png') return serving(png(), 'image/png')({} as never, response, index);
      response.writeHead(302, { location: '/b' });
      response.write('a page for people');
    });
    expect((await start(network)).type).toBe('image/png');
    expect(await host.requests[0]?.closed).toBe(false);
  });

  it('that says nowhere is an answer without a file', async () => {
    const { network } = await networkOf((_request, response) => {
      response.writeHead(302);
      response.end();
    });
    expect((await refusalOf(start(network))).message).toContain('answered with the status 302');
  });
});

describe('hosts that the operator has named', () => {
  const ask = async (url: string, more: Partial<RemoteFileRules>, lookup = (): string[] => [publicAddress]): Promise<string> => {
    const { network } = await networkOf(serving(png(), 'image/png'), { lookup });
    return start(network, { url, more }).then(
      ({ type }) => type,
      (error: Error) => error.message,
    );
  };

  it.each([
    ['http://a.example/', ['a.example'], 'image/png'],
    ['http://A.EXAMPLE:80/', ['a.example'], 'image/png'],
    ['http://a.example/', ['A.Example'], 'image/png'],
    ['http://a.example/', ['a.example:80'], 'image/png'],
    ['http://a.example:8080/', ['a.example:8080'], 'image/png'],
    ['http://bücher.example/', ['bücher.example'], 'image/png'],
    [`http://${publicAddress}/`, [publicAddress], 'image/png'],
    [`http://[${publicAddress6}]:81/`, [`[${publicAddress6}]:81`], 'image/png'],
    ['http://b.example/', ['a.example'], 'has not named "b.example"'],
    ['http://a.example.b.example/', ['a.example'], 'has not named'],
    ['http://xa.example/', ['a.example'], 'has not named'],
    ['http://a.example./', ['a.example'], 'has not named'],
    ['http://a.example:8080/', ['a.example'], 'has not named "a.example:8080"'],
    ['http://a.example/', ['a.example:8080'], 'has not named'],
    ['http://a.example/', [], 'has not named'],
  ])('of %s and %j: %s', async (url, hosts, expected) => {
    expect(await ask(url, { hosts })).toContain(expected);
  });

  it('must lead to public addresses all the same', async () => {
    expect(await ask('http://a.example/', { hosts: ['a.example'] }, () => ['10.0.0.1'])).toContain('leads to no public address');
  });

  it.each([
    ['http://inside.example:8080/', ['inside.example:8080'], undefined, 'image/png'],
    ['http://10.0.0.1:8080/', ['10.0.0.1:8080'], undefined, 'image/png'],
    ['http://[::1]:8080/', ['[::1]:8080'], undefined, 'image/png'],
    ['http://inside.example/', ['inside.example'], ['a.example'], 'image/png'],
    ['http://inside.example/', ['inside.example:8080'], undefined, 'leads to no public address'],
    ['http://10.0.0.1/', ['10.0.0.1:8080'], undefined, 'leads to no public address'],
    ['http://other.example/', ['inside.example'], undefined, 'leads to no public address'],
    ['http://other.example/', ['inside.example'], ['a.example'], 'has not named'],
    ['http://user@inside.example/', ['inside.example'], undefined, 'user name'],
  ])('to be trusted may lead inside: %s with %j and %j: %s', async (url, trustedHosts, hosts, expected) => {
    expect(await ask(url, { trustedHosts, hosts }, () => ['10.0.0.1'])).toContain(expected);
  });

  it('to be trusted lead to addresses, and not to further names', async () => {
    expect(await ask('http://inside.example/', { trustedHosts: ['inside.example'] }, () => ['10.0.0.1', 'localhost'])).toContain(
      'leads to no public address',
    );
  });

  it('to be trusted are looked up as the system has them', async () => {
    const { network } = await networkOf(serving(png(), 'image/png'));
    const trustedLookup = async (): Promise<readonly string[]> => ['192.168.7.7'];
    await start({ ...network, trustedLookup }, { url: 'http://nas/', more: { trustedHosts: ['nas'] } });
    expect([network.lookedUp, network.dialled.map(({ addresses }) => addresses)]).toEqual([[], [['192.168.7.7']]]);
  });

  it('lead no further than others: a redirect of theirs is judged', async () => {
    const { network } = await networkOf(
      redirecting(() => 'http://10.0.0.2/'),
      { lookup: () => ['10.0.0.1'] },
    );
    const { message } = await refusalOf(start(network, { url: 'http://inside.example/', more: { trustedHosts: ['inside.example'] } }));
    expect(message).toContain('redirect to where nothing is fetched from');
    expect(network.dialled).toHaveLength(1);
  });
});

describe('what is not the file that was meant', () => {
  it.each([
    ['no type', png(), undefined],
    ['the type of a page', png(), 'text/html'],
    ['no known type', png(), 'application/octet-stream'],
    ['a type that the provider does not take', gif(), 'image/gif'],
    ['a picture in name alone', '<html>secret</html>', 'image/png'],
    ['bytes of a type that the provider does not take', gif(), 'image/png'],
    ['a vector graphic', '<svg/>', 'image/svg+xml'],
    ['nothing', '', 'image/png'],
    ['the beginning of a picture', png().subarray(0, 7), 'image/png'],
  ])('is refused by its type: %s', async (_what, bytes, type) => {
    const { network } = await networkOf(serving(bytes, type));
    const { code, message } = await refusalOf(start(network));
    expect(code).toBe('remote_file_wrong_type');
    expect(message).toContain('one of image/png, image/jpeg');
    expect(message).not.toContain('secret');
  });

  it.each([201, 204, 206, 304, 400, 401, 403, 404, 410, 500, 503])('is refused with its status: %i', async (status) => {
    const { network } = await networkOf((_request, response) => {
      response.writeHead(status, { 'content-type': 'image/png', 'x-secret': 'hunter2' });
      response.end(status === 204 || status === 304 ? undefined : 'hunter2');
    });
    const { code, message } = await refusalOf(start(network));
    expect([code, message]).toEqual([
      'remote_file_unavailable',
      '`messages[0].content[1].image_url.url`: "pictures.example" answered with the status ' +
        `${status}; check the URL, or send the file itself, as a data URL.`,
    ]);
  });

  it.each([
    ['that says so', { 'content-length': '101' }],
    ['that does not', {}],
  ])('is refused when it is too large: one %s', async (_what, headers) => {
    const { network } = await networkOf((_request, response) => {
      response.writeHead(200, { 'content-type': 'image/png', ...headers });
      response.write(png());
      response.end(new Uint8Array(101 - png().length));
    });
    const { code, message } = await refusalOf(start(network, { more: { maxBytes: 100 } }));
    expect([code, message]).toEqual([
      'remote_file_too_large',
      expect.stringContaining('"pictures.example" sends is larger than 100 bytes'),
    ]);
    expect((await start(network, { more: { maxBytes: 101 } })).bytes).toHaveLength(101);
    expect((await refusalOf(start(network, { changes: { maxBytes: 99 } }))).message).toContain('larger than 99 bytes');
  });

  it('is not read at all when it says that it is too large', async () => {
    const { network, host } = await networkOf((_request, response) => {
      response.writeHead(200, { 'content-type': 'image/png', 'content-length': '101' });
      response.flushHeaders();
    });
    expect((await refusalOf(start(network, { more: { maxBytes: 100 } }))).code).toBe('remote_file_too_large');
    expect(await host.requests[0]?.closed).toBe(false);
  });

  it('is read no further than it may be long', async () => {
    const { network, host } = await networkOf((_request, response) => {
      response.writeHead(200, { 'content-type': 'image/png' });
      const flood = (): void => {
        while (response.write(new Uint8Array(64 * 1024)));
      };
      response.on('drain', flood);
      flood();
    });
    expect((await refusalOf(start(network, { more: { maxBytes: 1024 * 1024 } }))).code).toBe('remote_file_too_large');
    expect(await host.requests[0]?.closed).toBe(false);
  });

  it('is given up when whoever counts says so', async () => {
    const { network, host } = await networkOf((_request, response) => {
      response.writeHead(200, { 'content-type': 'image/png' });
      response.write(png());
    });
    const enough = new Error('enough');
    const fetching = start(network, {
      take: () => {
        throw enough;
      },
    });
    expect((await refusalOf(fetching)).code).toBe('remote_file_unavailable');
    expect(await host.requests[0]?.closed).toBe(false);
  });

  it.each([
    ['no HTTP', 'SSH-2.0-OpenSSH_9.6\r\n'],
    ['half a head', 'HTTP/1.1 200 OK\r\ncontent-type: image/png\r\n'],
    ['half a body', 'HTTP/1.1 200 OK\r\ncontent-type: image/png\r\ncontent-length: 100\r\n\r\n\x89PNG'],
    ['a head without a bound', `HTTP/1.1 200 OK\r\nx: ${'x'.repeat(70_000)}\r\n\r\n`],
    ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab'],
    ['nothing', ''],
  ])('is %s', async (_what, answer) => {
    const host = await startRawUpstream((socket) => socket.end(Buffer.from(answer, 'latin1')));
    const { code, message } = await refusalOf(start(fakeNetwork({ server: host.url })));
    expect([code, message]).toEqual(['remote_file_unavailable', expect.stringContaining('could not be reached, or broke off its answer')]);
    expect(message).not.toMatch(/SSH|127\.0\.0\.1/);
  });

  it('is one of a host that does not answer', async () => {
    const { code, message } = await refusalOf(start(fakeNetwork()));
    expect([code, message]).toEqual(['remote_file_unavailable', expect.not.stringContaining('127.0.0.1')]);
  });
});

describe('a call that ends', () => {
  const gone = callerLeft();

  it('ends the look-up of a name', async () => {
    const ending = new AbortController();
    const fetching = start(
      fakeNetwork({
        lookup: () => {
          ending.abort(gone);
          return new Promise(() => {});
        },
      }),
      { signal: ending.signal },
    );
    await expect(fetching).rejects.toBe(gone);
  });

  it('ends a connection that does not come about', async () => {
    const closed = createGate();
    const ending = new AbortController();
    const silent = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('close', () => closed.open());
      socket.once('data', () => ending.abort(gone));
    });
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    onTestFinished(() => void silent.close());
    const network = fakeNetwork({ server: `http://127.0.0.1:${(silent.address() as AddressInfo).port}` });
    // By TLS, so that it waits for the answer to its greeting.
    await expect(start(network, { url: 'https://pictures.example/', signal: ending.signal })).rejects.toBe(gone);
    await closed.opened;
  });

  it.each([
    ['before the head', () => {}],
    [
      'in the middle of the body',
      (response: Parameters<Answer>[1]) => void response.writeHead(200, { 'content-type': 'image/png' }).write(png()),
    ],
  ])('ends an answer %s', async (_where, begin) => {
    const begun = createGate();
    const { network, host } = await networkOf((_request, response) => {
      begin(response);
      begun.open();
    });
    const ending = new AbortController();
    const fetching = start(network, { signal: ending.signal });
    await begun.opened;
    ending.abort(gone);
    await expect(fetching).rejects.toBe(gone);
    expect(await host.requests[0]?.closed).toBe(false);
  });

  it.each(['http://pictures.example/', `http://${publicAddress}/`])('before it has begun asks nobody: %s', async (url) => {
    const network = fakeNetwork();
    await expect(start(network, { url, signal: AbortSignal.abort(gone) })).rejects.toBe(gone);
    expect(network.dialled).toEqual([]);
  });
});
