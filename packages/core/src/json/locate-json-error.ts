import { scanJsonScalar, scanString } from './scan-json-token.ts';
import type { JsonFault } from './scan-json-token.ts';

/** What may come next; each is what a caller is told was expected. */
type Next = keyof typeof expectations;

const expectations = {
  value: 'a value',
  firstItem: 'a value or "]"',
  firstName: 'a name in double quotes or "}"',
  name: 'a name in double quotes',
  colon: '":"',
  afterItem: '"," or "]"',
  afterMember: '"," or "}"',
  end: 'the end',
} as const;

/**
 * Finds where a text stops being JSON, by RFC 8259 and as strictly as `JSON.parse`; nothing where it is JSON.
 * For texts that the parser has refused: its own messages do not always carry a position, and quote the text. Linear, without recursion.
 */
export function locateJsonError(text: string): JsonFault | undefined {
  // One entry for each array or object that is open.
  const open: ('afterItem' | 'afterMember')[] = [];
  let next: Next = 'value';
  let at = 0;

  for (;;) {
    at = afterSpace(text, at);
    const character = text[at];

    if (next === 'end' && character === undefined) return undefined;

    if (
      (character === ']' && (next === 'firstItem' || next === 'afterItem')) ||
      (character === '}' && (next === 'firstName' || next === 'afterMember'))
    ) {
      open.pop();
      next = open.at(-1) ?? 'end';
      at++;
    } else if (next === 'afterItem' || next === 'afterMember') {
      if (character !== ',') return { position: at, expected: expectations[next] };
      next = next === 'afterItem' ? 'value' : 'name';
      at++;
    } else if (next === 'colon') {
      if (character !== ':') return { position: at, expected: expectations[next] };
      next = 'value';
      at++;
    } else if (next === 'firstName' || next === 'name') {
      if (character !== '"') return { position: at, expected: expectations[next] };
      const end = scanString(text, at);
      if (typeof end !== 'number') return end;
      next = 'colon';
      at = end;
    } else if (next === 'end') {
      return { position: at, expected: expectations[next] };
    } else if (character === '[' || character === '{') {
      open.push(character === '[' ? 'afterItem' : 'afterMember');
      next = character === '[' ? 'firstItem' : 'firstName';
      at++;
    } else {
      const end = scanJsonScalar(text, at);
      if (typeof end !== 'number') return end.position === at ? { position: at, expected: expectations[next] } : end;
      next = open.at(-1) ?? 'end';
      at = end;
    }
  }
}

function afterSpace(text: string, start: number): number {
  let at = start;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return at;
    at++;
  }
}
