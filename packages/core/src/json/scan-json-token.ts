/** The first place where a text stops being JSON. */
export interface JsonFault {
  /** In UTF-16 units from 0, as JavaScript counts; the length of the text where it ends too early. */
  readonly position: number;
  /** What could have stood there, in words. */
  readonly expected: string;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const escaped = new Set('"\\/bfnrt');

/** Scans one string, number or word; gives the position after it, or the fault in it. */
export function scanJsonScalar(text: string, at: number): number | JsonFault {
  switch (text[at]) {
    case '"':
      return scanString(text, at);
    case 't':
      return scanWord(text, at, 'true');
    case 'f':
      return scanWord(text, at, 'false');
    case 'n':
      return scanWord(text, at, 'null');
    default:
      return scanNumber(text, at);
  }
}

/** Scans one string whose opening quote is at `open`. */
export function scanString(text: string, open: number): number | JsonFault {
  for (let at = open + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return at + 1;
    if (code < 0x20) return { position: at, expected: 'a control character to be escaped' };
    if (code !== BACKSLASH) continue;
    at++;
    const letter = text[at];
    if (letter === 'u') {
      for (let digit = 0; digit < 4; digit++) {
        at++;
        if (!isHexDigit(text.charCodeAt(at))) return { position: at, expected: 'four hexadecimal digits after \\u' };
      }
    } else if (letter === undefined || !escaped.has(letter)) {
      return { position: at, expected: 'an escape that JSON knows' };
    }
  }
  return { position: text.length, expected: 'the closing quote of a string' };
}

function scanWord(text: string, at: number, word: string): number | JsonFault {
  for (let index = 0; index < word.length; index++) {
    if (text[at + index] !== word[index]) return { position: at + index, expected: word };
  }
  return at + word.length;
}

function scanNumber(text: string, start: number): number | JsonFault {
  let at = text[start] === '-' ? start + 1 : start;
  if (!isDigit(text.charCodeAt(at))) return { position: at, expected: at === start ? 'a value' : 'a digit' };
  at = text[at] === '0' ? at + 1 : afterDigits(text, at);
  if (text[at] === '.') {
    at++;
    if (!isDigit(text.charCodeAt(at))) return { position: at, expected: 'a digit' };
    at = afterDigits(text, at);
  }
  if (text[at] === 'e' || text[at] === 'E') {
    at++;
    if (text[at] === '+' || text[at] === '-') at++;
    if (!isDigit(text.charCodeAt(at))) return { position: at, expected: 'a digit' };
    at = afterDigits(text, at);
  }
  return at;
}

function afterDigits(text: string, at: number): number {
  while (isDigit(text.charCodeAt(at))) at++;
  return at;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function isHexDigit(code: number): boolean {
  return isDigit(code) || (code >= 0x41 && code <= 0x46) || (code >= 0x61 && code <= 0x66);
}
