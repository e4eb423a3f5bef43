import type { JsonObject, JsonValue, ProviderCall } from '@ai-proxy/core';
import { mistral } from '@ai-proxy/mistral';
import { describe, expect, it } from 'vitest';
import { chatFields } from '../../packages/mistral/src/chat/request/fields.ts';
import { openaiRoutes } from '../../packages/core/src/faces/openai/routes.ts';
import { checkedTable, codeIn, codeInColumn, pageAt } from './documents.ts';

const rows = checkedTable('docs/openai.md', 'chat fields');

/** Fields that the page explains elsewhere, or that every request has. */
const elsewhere = ['model', 'messages', 'stream'];

describe('the fields of a chat request in docs/openai.md', () => {
  it('are all those that have a rule, and one that has none', () => {
    const documented = new Set(codeInColumn(rows, 0));
    expect([...chatFields.keys()].filter((field) => !documented.has(field) && !elsewhere.includes(field))).toEqual([]);
    expect([...documented].filter((field) => !chatFields.has(field))).toEqual(['anything_else']);
  });

  it.each(rows.map((row) => [codeIn(row[0])[0] ?? '', codeIn(row[1])[0] ?? '', codeIn(row[2])[0] ?? '', codeIn(row[3])] as const))(
    '%s: %s goes up as %s',
    (field, sent, goesUp, reported) => {
      const dropped: string[] = [];
      const { model, messages, ...rest } = toMistral({ [field]: JSON.parse(sent) as JsonValue }, (name) => dropped.push(name));
      expect(rest).toEqual(JSON.parse(goesUp));
      expect([model, messages]).toEqual(['m', [{ role: 'user', content: 'Hello' }]]);
      expect(dropped).toEqual(reported);
    },
  );
});

describe('the routes in docs/openai.md', () => {
  it('are those of the face', () => {
    const { text } = pageAt('docs/openai.md');
    const listed = [...text.matchAll(/^\| `(GET|POST) \/v1\/([\w/]+)`/gm)].map((match) => `${match[1]} ${match[2]}`);
    expect(listed.toSorted()).toEqual(openaiRoutes.map((route) => `${route.methods[0]} ${route.path}`).toSorted());
  });
});

function toMistral(fields: JsonObject, drop: (field: string) => void): JsonObject {
  const call: ProviderCall = { id: 'id', operation: 'chat', model: 'm', modelInfo: undefined, stream: false, now: () => 0, drop };
  const request = mistral().operations.chat?.request({ model: 'm', messages: [{ role: 'user', content: 'Hello' }], ...fields }, call);
  if (request === undefined || 'requests' in request) throw new Error('chat is one request');
  return request.body ?? {};
}
