/**
 * Whether a text that a body ended with is a whole JSON value. A bare number is not: nothing says that its last digit has come.
 */
export function isWholeJson(text: string): boolean {
  if (/^\s*[-\d]/.test(text)) return false;
  return isJson(text);
}

/** Whether a text is JSON. */
export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
