import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPlainEvent } from '../../../src/chat/stream/plain-event.ts';
import { mistral } from '../../../src/index.ts';
import { decodeStream, eventStream } from '../../decode-stream.ts';
import { providerCall } from '../../provider-call.ts';

const event = (content: string, index = 0) => ({
  id: 'x',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'm',
  choices: [{ index, delta: { content }, finish_reason: null }],
});

function decode(events: readonly object[]): unknown {
  const decoder = mistral().operations.chat?.stream?.createDecoder(providerCall({ stream: true }));
  if (decoder === undefined) throw new Error('the provider cannot stream chat');
  return decodeStream(decoder, [eventStream(...events)]);
}

describe('an event that brings only text', () => {
  it('is read as every other event, whatever its text is and whichever choice it belongs to', () => {
    const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.json());
    fc.assert(
      fc.property(fc.array(fc.tuple(text, fc.nat(2)), { maxLength: 8 }), (said) => {
        const plain = said.map(([content, index]) => event(content, index));
        // A field in another place makes it a matter for the parser.
        const others = plain.map(({ id, ...rest }) => ({ ...rest, id }));
        expect(decode(plain)).toEqual(decode(others));
      }),
    );
  });

  it.each([
    ['a word', JSON.stringify(event('Hello, ')), { index: 0, text: 'Hello, ' }],
    ['another choice', JSON.stringify(event('a', 2)), { index: 2, text: 'a' }],
    ['what is no ASCII', JSON.stringify(event('Grüße 🚂')), { index: 0, text: 'Grüße 🚂' }],
    ['with padding', JSON.stringify({ ...event('a'), p: 'abcdef' }), { index: 0, text: 'a' }],
    ['nothing', JSON.stringify(event('')), undefined],
    ['an escape', JSON.stringify(event('a"b')), undefined],
    ['a bare control character', JSON.stringify(event('a-b')).replace('-', '\t'), undefined],
    ['usage', JSON.stringify({ ...event('a'), usage: {} }), undefined],
    ['two choices', JSON.stringify({ ...event('a'), choices: [...event('a').choices, ...event('b').choices] }), undefined],
    ['an error', JSON.stringify({ ...event('a'), error: {} }), undefined],
    ['a text that closes the event', JSON.stringify(event('"},"finish_reason":null}]}')), undefined],
  ])('is told from others: %s', (_what, data, read) => {
    expect(readPlainEvent(data)).toEqual(read);
  });
});
