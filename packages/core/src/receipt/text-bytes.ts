/** Bytes of a text in UTF-8, which follow the number of its tokens better than its characters do: a sign of Chinese is three bytes and about one token. */
export function textBytes(text: string): number {
  let bytes = text.length;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    // Of a pair of surrogates, four bytes together, each half adds one.
    if (code > 0x7f) bytes += code > 0x7ff && (code < 0xd800 || code > 0xdfff) ? 2 : 1;
  }
  return bytes;
}

const quote = 0x22;
const backslash = 0x5c;
const letterU = 0x75;

/**
 * Bytes of the text behind a mark such as `"content":"` in JSON that nobody has parsed; 0 where the mark is not there. Quotes inside of JSON strings are
 * escaped, so that no text can look like the mark.
 */
export function textBytesBehind(json: string, mark: string): number {
  const found = json.indexOf(mark);
  if (found === -1) return 0;
  let bytes = 0;
  for (let at = found + mark.length; at < json.length; at += 1) {
    const code = json.charCodeAt(at);
    if (code === quote) return bytes;
    if (code === backslash) {
      at += 1;
      const isUnicode = json.charCodeAt(at) === letterU;
      if (isUnicode) at += 4;
      bytes += isUnicode ? 2 : 1;
    } else if (code <= 0x7f) bytes += 1;
    else bytes += code > 0x7ff && (code < 0xd800 || code > 0xdfff) ? 3 : 2;
  }
  return bytes;
}
