const QUOTE = 0x22;
const BACKSLASH = 0x5c;
// One bit apart from `[` and `]`, so that one comparison finds both.
const OPEN = 0x7b;
const CLOSE = 0x7d;
const BRACKET_BIT = 0x20;

/**
 * Where a JSON text is nested deeper than allowed, if it is: the position of the bracket that is one too many.
 * `[]` has depth 1. One linear pass without recursion; a text that is not JSON gives some answer and leaves the verdict to the parser.
 */
export function findTooDeep(text: string, maxDepth: number): number | undefined {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = endOfString(text, at);
      if (at === -1) return undefined;
    } else if ((code | BRACKET_BIT) === OPEN) {
      depth++;
      if (depth > maxDepth) return at;
    } else if ((code | BRACKET_BIT) === CLOSE) {
      depth--;
    }
  }
  return undefined;
}

/** The position of the closing quote, or -1. Most of a request is text, so the search is the engine's. */
function endOfString(text: string, open: number): number {
  let close = text.indexOf('"', open + 1);
  while (close !== -1) {
    let first = close;
    while (text.charCodeAt(first - 1) === BACKSLASH) first--;
    if ((close - first) % 2 === 0) return close;
    close = text.indexOf('"', close + 1);
  }
  return -1;
}
