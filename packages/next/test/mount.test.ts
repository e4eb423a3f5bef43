import { ProxyError } from '@ai-proxy/core';
import { describe, expect, it } from 'vitest';
import { mount } from '../src/index.ts';

describe('another handler as route handlers', () => {
  it('gets the target below the folder of its route, and whoever asks', async () => {
    const { PUT } = mount(
      async ({ method, target, caller }) => ({
        status: 200,
        headers: { 'x-a': ['1', '2'] },
        body: JSON.stringify([method, target, await caller?.()]),
      }),
      { caller: () => ({ id: 'ada' }) },
    );
    const response = await PUT(new Request('http://localhost:3000/admin/keys?x=1', { method: 'PUT' }), {
      params: Promise.resolve({ path: ['keys'] }),
    });
    expect(await response.json()).toEqual(['PUT', '/keys?x=1', { id: 'ada' }]);
    expect(response.headers.get('x-a')).toBe('1, 2');
  });

  it('is mounted at a route that catches nothing', async () => {
    const { GET } = mount(async ({ target }) => ({ status: 200, headers: {}, body: target }));
    expect(await (await GET(new Request('http://localhost:3000/metrics'), { params: Promise.resolve({}) })).text()).toBe('/');
  });

  it('is a 404 where it has no answer, and answers what it throws as an error of the proxy', async () => {
    const { GET } = mount(async ({ target }) => {
      if (target === '/') return undefined;
      throw new ProxyError('No keys for you.', { status: 403, code: null });
    });
    const request = new Request('http://localhost:3000/admin');
    expect((await GET(request, {})).status).toBe(404);
    expect((await GET(request, { params: { path: ['keys'] } })).status).toBe(403);
  });

  it('leaves other errors to Next.js', async () => {
    const { GET } = mount(() => Promise.reject(new Error('no database')));
    await expect(GET(new Request('http://localhost:3000/admin'))).rejects.toThrow('no database');
  });
});
