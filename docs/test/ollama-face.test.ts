import { ollamaFace } from '@ai-proxy/ollama';
import { describe, expect, it } from 'vitest';
import { checkedTable, codeIn, pageAt } from './documents.ts';

const face = ollamaFace();
const rows = checkedTable('docs/ollama.md', 'ollama face routes').map(
  ([path, methods = '']) => [codeIn(path)[0] ?? '', methods.split(', ')] as const,
);
const segmentsOf = (path: string): string[] => path.split('/').filter((segment) => segment !== '');

/** What the face says of a path: the kind of its route, or what it throws. */
function kindAt(method: string, path: string): string | undefined {
  try {
    return face.match(method, segmentsOf(path))?.kind;
  } catch (error) {
    return String(error);
  }
}

describe('the routes in docs/ollama.md', () => {
  it.each(rows)('%s is served by %j and by no other method', (path, methods) => {
    const isOwn = path !== '/';
    for (const method of methods) expect(kindAt(method, path)).toMatch(/^(?:operation|models|model|static)$/);
    const other = methods.includes('POST') ? 'GET' : 'POST';
    expect(kindAt(other, path)).toBe(isOwn ? 'method_not_allowed' : undefined);
  });

  it('are all that there are of what the simulated server has', () => {
    const served = ['chat', 'generate', 'embed', 'embeddings', 'tags', 'show', 'ps', 'version'].map((name) => `/api/${name}`);
    expect(rows.map(([path]) => path).toSorted()).toEqual(['/', ...served].toSorted());
    expect(kindAt('POST', '/api/me')).toBe('unknown');
    expect(kindAt('POST', '/v1/chat/completions')).toBe(undefined);
  });

  it.each(['pull', 'push', 'create', 'copy', 'delete', 'blobs'])('do not hold /api/%s, which the page says is refused', (name) => {
    expect(kindAt('POST', `/api/${name}`)).toContain('not managed here');
    expect(pageAt('docs/ollama.md').text).toContain(`\`${name}\``);
  });

  it('answer with the version that the page names', () => {
    const route = face.match('GET', ['api', 'version']);
    const version = /\| `version` *\| `([\d.]+)`/.exec(pageAt('docs/ollama.md').text)?.[1];
    expect(route?.kind === 'static' ? route.reply.body : undefined).toBe(JSON.stringify({ version }));
  });
});
