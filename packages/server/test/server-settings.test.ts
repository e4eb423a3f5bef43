import { describe, expect, it } from 'vitest';
import { readServerSettings } from '../src/server-settings.ts';

const key = 'sk-master-0123456789';

describe('settings', () => {
  it('without a master key are those of a proxy for this machine alone', () => {
    expect(readServerSettings({ demo: false }, { REDIS_URL: 'redis://a' })).toEqual({
      host: '127.0.0.1',
      port: 8787,
      cors: false,
      hosts: [],
      demo: false,
      database: undefined,
      journal: undefined,
      redis: undefined,
      masterKey: undefined,
    });
  });

  it('with a master key keep keys in a file where nothing else is named', () => {
    const settings = readServerSettings({ demo: false }, { AI_PROXY_MASTER_KEY: key });
    expect(settings).toMatchObject({ masterKey: key, database: 'sqlite:ai-proxy.db', redis: undefined });
  });

  it('take the stores from two variables, and an empty one for none', () => {
    const environment = { AI_PROXY_MASTER_KEY: key, DATABASE_URL: 'postgres://a/b', REDIS_URL: 'redis://a' };
    expect(readServerSettings({ demo: false }, environment)).toMatchObject({ database: 'postgres://a/b', redis: 'redis://a' });
    const empty = { AI_PROXY_MASTER_KEY: key, DATABASE_URL: '', REDIS_URL: '' };
    expect(readServerSettings({ demo: false }, empty)).toMatchObject({ database: 'sqlite:ai-proxy.db', redis: undefined });
  });

  it.each(['0.0.0.0', '::', '192.168.1.5', 'ai.example.com'])(
    'let %s be listened on with a master key, and without one say what to do',
    (host) => {
      expect(readServerSettings({ host, demo: false }, { AI_PROXY_MASTER_KEY: key }).host).toBe(host);
      for (const without of [{}, { AI_PROXY_MASTER_KEY: '' }]) {
        expect(() => readServerSettings({ demo: false }, { ...without, HOST: host })).toThrow(
          /Set AI_PROXY_MASTER_KEY, and every caller needs a key/,
        );
      }
    },
  );

  it.each(['sk master', 'schlüssel-1', 'a\nb'])('refuse %j as a master key: no header can hold it', (masterKey) => {
    expect(() => readServerSettings({ demo: false }, { AI_PROXY_MASTER_KEY: masterKey })).toThrow(/^AI_PROXY_MASTER_KEY has to be letters/);
  });
});
