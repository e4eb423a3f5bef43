import { createHash } from 'node:crypto';

/** So many characters of a text are kept as they are; an index of PostgreSQL takes no long ones. */
const most = 300;
const begin = 200;

/**
 * A name as it stands in a table: names may come from callers, and databases do not take all texts. What they refuse is escaped, and what is too long for an
 * index is told apart by its digest. Two names never become one.
 */
export function toStoredText(text: string): string {
  if (text.length <= most && text.isWellFormed() && !/[%\0]/.test(text)) return text;
  const plain = escape(text);
  if (plain.length <= most) return plain;
  const digest = createHash('sha256').update(plain).digest('hex');
  // No escape looks like this one.
  return `${plain.slice(0, begin).toWellFormed()}%#${digest}`;
}

const escape = (text: string): string =>
  text.replaceAll(/[%\0]|\p{Surrogate}/gu, (one) => `%${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
