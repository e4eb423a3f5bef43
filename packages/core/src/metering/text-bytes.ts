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

/**
 * Counts bytes of text in the frames of one stream without parsing them: of what stands behind the first of the marks, such as `"content":"`, that has
 * text behind it. Quotes inside of JSON strings are escaped, so that no text can look like a mark. A mark is looked for where it stood last: frames of a
 * stream differ in little else than their text, and a search through each would cost more than all that is done with it.
 */
export function createTextCounter(marks: readonly string[]): (json: string) => number {
  let lastMark = marks[0] ?? '';
  let lastAt = 0;
  return (json) => {
    if (standsAt(json, lastMark, lastAt)) {
      const bytes = bytesOfString(json, lastAt + lastMark.length);
      if (bytes > 0) return bytes;
    }
    for (const mark of marks) {
      const at = json.indexOf(mark);
      const bytes = at === -1 ? 0 : bytesOfString(json, at + mark.length);
      if (bytes === 0) continue;
      lastMark = mark;
      lastAt = at;
      return bytes;
    }
    return 0;
  };
}

function standsAt(json: string, mark: string, at: number): boolean {
  for (let index = mark.length - 1; index >= 0; index -= 1) if (json.charCodeAt(at + index) !== mark.charCodeAt(index)) return false;
  return true;
}

const quote = 0x22;
const backslash = 0x5c;
const letterU = 0x75;

/** Bytes of a JSON string that begins here, up to its quote. */
function bytesOfString(json: string, start: number): number {
  let bytes = 0;
  for (let at = start; at < json.length; at += 1) {
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
