import { describe, expect, it } from 'vitest';

import type { JsonObject } from '@ai-proxy/core';
import type { MistralOptions } from '../../../src/index.ts';
import { sendMessages } from '../chat-body.ts';

const system = (content: string): JsonObject => ({ role: 'system', content });
const user = (content: string): JsonObject => ({ role: 'user', content });
const said = (content: string): JsonObject => ({ role: 'assistant', content });
const asked = (id: string): JsonObject => ({
  role: 'assistant',
  content: '',
  tool_calls: [{ id, type: 'function', function: { name: 'f', arguments: '{}' } }],
});
const answered = (id: string): JsonObject => ({ role: 'tool', content: 'r', tool_call_id: id });

const rows: readonly (readonly [MistralOptions['repair'], string, JsonObject[], JsonObject[], (readonly string[])?])[] = [
  [
    { mergeLateSystemMessages: true },
    'appends late system messages to the first',
    [system('a'), user('u'), said('x'), system('b'), user('v'), system('c')],
    [system('a\n\nb\n\nc'), user('u'), said('x'), user('v')],
  ],
  [{ mergeLateSystemMessages: true }, 'puts them first where there was none', [user('u'), system('b')], [system('b'), user('u')]],
  [
    { mergeLateSystemMessages: true },
    'leaves system messages at the beginning alone',
    [system('a'), system('b'), user('u')],
    [system('a'), system('b'), user('u')],
  ],
  [
    { answerBetweenToolAndUser: true },
    'puts a short answer between a tool and the user',
    [user('u'), asked('aaaaaaaaa'), answered('aaaaaaaaa'), user('v')],
    [user('u'), asked('aaaaaaaaa'), answered('aaaaaaaaa'), said('Understood.'), user('v')],
  ],
  [
    { dropUnansweredToolMessages: true },
    'leaves out tool messages that answer nothing, and reports them',
    [user('u'), asked('aaaaaaaaa'), answered('aaaaaaaaa'), answered('bbbbbbbbb'), answered('aaaaaaaaa')],
    [user('u'), asked('aaaaaaaaa'), answered('aaaaaaaaa')],
    ['messages[3]', 'messages[4]'],
  ],
  [{ dropEmptyAssistantMessages: true }, 'leaves out empty answers', [user('u'), said(''), user('v')], [user('u'), user('v')]],
  [
    { prefixTrailingAssistant: true },
    'marks an answer at the end as a beginning',
    [user('u'), said('x')],
    [user('u'), { ...said('x'), prefix: true }],
  ],
  [{ prefixTrailingAssistant: true }, 'marks no tool calls', [user('u'), asked('aaaaaaaaa')], [user('u'), asked('aaaaaaaaa')]],
  [
    'all',
    'does all of it together',
    [user('u'), asked('aaaaaaaaa'), answered('aaaaaaaaa'), system('s'), said(''), user('v'), said('x')],
    [system('s'), user('u'), asked('aaaaaaaaa'), answered('aaaaaaaaa'), said('Understood.'), user('v'), { ...said('x'), prefix: true }],
  ],
];

describe('the repair of the order of messages', () => {
  it.each(rows.map(([repair, title, given, expected, dropped = []]) => [repair, title, given, expected, dropped] as const))(
    '%j %s',
    (repair, _title, sent, received, dropped) => {
      expect(sendMessages(sent, repair === undefined ? {} : { repair })).toEqual({ messages: received, dropped });
    },
  );

  it.each(rows.map(([repair, title, given, expected, dropped = []]) => [repair, title, given, expected, dropped] as const))(
    'changes nothing by default where %j %s',
    (_repair, _title, sent) => {
      expect(sendMessages(sent)).toEqual({ messages: sent, dropped: [] });
    },
  );
});
