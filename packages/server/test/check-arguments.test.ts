import { describe, expect, it } from 'vitest';
import { checkArguments } from '../src/check-arguments.ts';

const args = {
  alias: { type: 'string' },
  'max-budget': { type: 'string' },
  json: { type: 'boolean' },
} as const;
const withWords = { name: { type: 'positional' }, ...args } as const;

describe('arguments', () => {
  it.each([[[]], [['--alias', 'ci', '--json']], [['--alias=ci', '--max-budget', '5']], [['--alias=-ci']], [['--no-json']], [['--help']]])(
    '%j are taken',
    (rawArgs) => {
      expect(checkArguments('ai-proxy x', rawArgs, args)).toBeUndefined();
    },
  );

  it.each([
    [['--max-buget', '5'], 'there is no option "--max-buget"; did you mean --max-budget? ai-proxy x --help lists them.'],
    [['--maxBudget', '5'], 'there is no option "--maxBudget"; did you mean --max-budget? ai-proxy x --help lists them.'],
    [['--quite-another'], 'there is no option "--quite-another"; ai-proxy x --help lists them.'],
    [['-a', 'ci'], 'there is no option "-a"'],
    [['--alias'], '--alias needs a value.'],
    [['--alias='], '--alias needs a value.'],
    [['--alias', '--json'], '--alias needs a value; one that begins with "-" is written as --alias=--json.'],
    [['--max-budget', '-5'], '--max-budget needs a value; one that begins with "-" is written as --max-budget=-5.'],
    [['--alias', 'a', '--alias=b'], '--alias is given twice.'],
    [['ci'], '"ci" has no place here; ai-proxy x --help shows how it is called.'],
  ])('%j are refused', (rawArgs, message) => {
    expect(() => checkArguments('ai-proxy x', rawArgs, args)).toThrow(message);
  });

  it('may be words where words belong', () => {
    expect(checkArguments('ai-proxy x', ['ci', '--alias', 'a', 'cd'], withWords)).toBeUndefined();
    expect(() => checkArguments('ai-proxy x', ['ci', '--nmae', 'a'], withWords)).toThrow('there is no option "--nmae"');
  });
});
