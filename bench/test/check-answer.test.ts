import { describe, expect, it } from 'vitest';
import { faultOf } from '../src/check-answer.ts';
import { streamEvents, wholeAnswer } from '../src/upstream-answers.ts';

const stream = streamEvents.join('');

describe('bytes that must be the upstream’s', () => {
  it.each([
    ['json', wholeAnswer],
    ['stream', stream],
  ] as const)('accepts a %s as it was sent', (answer, text) => {
    expect(faultOf({ status: 200, text }, { answer, keepsBytes: true })).toBe(undefined);
  });

  it.each([
    ['json', wholeAnswer.replace('"stop"', '"stop" ')],
    ['stream', stream.slice(0, -1)],
    ['stream', `${stream}: ping\n\n`],
  ] as const)('refuses a %s that differs anywhere', (answer, text) => {
    expect(faultOf({ status: 200, text }, { answer, keepsBytes: true })).toContain('not the upstream');
  });
});

describe('translated answers', () => {
  it.each([
    ['json', JSON.stringify({ system_fingerprint: null, ...(JSON.parse(wholeAnswer) as object) })],
    ['stream', `: ping\n\n${stream}`],
  ] as const)('accepts a %s that says the same otherwise', (answer, text) => {
    expect(faultOf({ status: 200, text }, { answer, keepsBytes: false })).toBe(undefined);
  });

  it.each([
    ['a status that is none', 'json', 502, wholeAnswer, 'status 502'],
    ['another text', 'json', 200, wholeAnswer.replace('Bregenz', 'Lindau'), 'another answer'],
    ['no usage', 'json', 200, wholeAnswer.replace('"usage"', '"used"'), 'no usage'],
    ['no finish', 'json', 200, wholeAnswer.replace('"stop"', 'null'), 'no reason to finish'],
    ['no JSON', 'json', 200, wholeAnswer.slice(0, -1), 'SyntaxError'],
    ['no end mark', 'stream', 200, stream.replace('data: [DONE]\n\n', ''), 'no end mark'],
    ['a lost event', 'stream', 200, stream.replace(streamEvents[40] ?? '', ''), 'characters of content'],
    ['a lost event without content', 'stream', 200, stream.replace(streamEvents[0] ?? '', ''), 'events'],
    ['no finish', 'stream', 200, stream.replace('"stop"', 'null'), 'no reason to finish'],
    ['another usage', 'stream', 200, stream.replace('"total_tokens":510', '"total_tokens":0'), 'no usage'],
  ] as const)('refuses %s (%s)', (_, answer, status, text, fault) => {
    expect(faultOf({ status, text }, { answer, keepsBytes: false })).toContain(fault);
  });
});
