/** Whether both databases can keep a text as it is: PostgreSQL knows no NUL, and neither knows half a character. No key has anything else. */
export const isStorable = (text: string): boolean => text.isWellFormed() && !text.includes('\0');

/** Throws where a text cannot be kept as it is. */
export function storable<Text extends string | undefined>(text: Text, name: string): Text {
  if (text === undefined || isStorable(text)) return text;
  throw new TypeError(`the ${name} of a key cannot be kept: it has a NUL, or half of a surrogate pair`);
}
