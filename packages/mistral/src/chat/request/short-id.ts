const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Whether Mistral takes the id of a tool call as it is. */
export function isShortId(id: string): boolean {
  return /^[a-zA-Z0-9]{9}$/.test(id);
}

/**
 * Nine letters and digits made from any text, always the same from the same text. 53 bits of two mixed lanes; not a secret and
 * not safe against somebody who looks for collisions, which therefore whoever uses it has to resolve.
 */
export function toShortId(text: string): string {
  let low = 0x2545f491 ^ text.length;
  let high = 0x6c8e9cf5 ^ text.length;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    low = Math.imul(low ^ unit, 0x9e3779b1);
    low = (low << 13) | (low >>> 19);
    high = Math.imul(high ^ unit, 0x85ebca77);
    high = (high << 17) | (high >>> 15);
  }
  low = mix(low ^ Math.imul(high, 0x27d4eb2f));
  high = mix(high ^ Math.imul(low, 0x165667b1));

  let rest = (high >>> 11) * 0x1_0000_0000 + (low >>> 0);
  let id = '';
  for (let digit = 0; digit < 9; digit += 1) {
    id += alphabet[rest % 62];
    rest = Math.floor(rest / 62);
  }
  return id;
}

function mix(lane: number): number {
  let mixed = Math.imul(lane ^ (lane >>> 16), 0x7feb352d);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x846ca68b);
  return mixed ^ (mixed >>> 16);
}
