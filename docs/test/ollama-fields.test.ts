import type { JsonObject, JsonValue, ProviderCall } from '@ai-proxy/core';
import { ollama } from '@ai-proxy/ollama';
import { describe, expect, it } from 'vitest';
import { chatFields } from '../../packages/ollama/src/chat/request/fields.ts';
import { checkedTable, codeIn, codeInColumn } from './documents.ts';

const rows = checkedTable('docs/providers.md', 'ollama chat fields');

/** Fields that every request has. */
const elsewhere = ['model', 'messages', 'stream'];

describe('the fields of a chat request to Ollama in docs/providers.md', () => {
  it('are all those that have a rule, and one that has none', () => {
    const documented = new Set(codeInColumn(rows, 0));
    expect([...chatFields.keys()].filter((field) => !documented.has(field) && !elsewhere.includes(field))).toEqual([]);
    expect([...documented].filter((field) => !chatFields.has(field))).toEqual(['anything_else']);
  });

  it.each(rows.map((row) => [codeIn(row[0])[0] ?? '', codeIn(row[1])[0] ?? '', codeIn(row[2])[0] ?? '', codeIn(row[3])] as const))(
    '%s: %s goes up as %s',
    (field, sent, goesUp, reported) => {
      const dropped: string[] = [];
      const { model, messages, stream, ...rest } = toOllama({ [field]: JSON.parse(sent) as JsonValue }, (name) => dropped.push(name));
      expect(rest).toEqual(JSON.parse(goesUp));
      expect([model, messages, stream]).toEqual(['m', [{ role: 'user', content: 'Hello' }], false]);
      expect(dropped).toEqual(reported);
    },
  );
});

function toOllama(fields: JsonObject, drop: (field: string) => void): JsonObject {
  const call: ProviderCall = { id: 'id', operation: 'chat', model: 'm', modelInfo: undefined, stream: false, now: () => 0, drop };
  const request = ollama().operations.chat?.request({ model: 'm', messages: [{ role: 'user', content: 'Hello' }], ...fields }, call);
  if (request === undefined || 'requests' in request) throw new Error('one answer is one request');
  return request.body ?? {};
}
