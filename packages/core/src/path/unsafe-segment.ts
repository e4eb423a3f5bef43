export interface UnsafeSegmentOptions {
  /**
   * Lets `%2F` through, for ids that hold slashes; off by default. What lies between the slashes is still checked.
   * An attacker gains where a server behind decodes the path before it routes: one checked segment becomes several.
   */
  readonly allowEncodedSlash?: boolean;
}

/**
 * Says what makes a path dangerous to send on, in words that fit after "the path holds"; nothing where it is safe.
 * Safe means: every server reads these segments as the same names that are matched here, whether it decodes once, twice or not at all.
 */
export function findUnsafeSegment(segments: readonly string[], options: UnsafeSegmentOptions = {}): string | undefined {
  for (const [index, segment] of segments.entries()) {
    if (segment === '') {
      if (index < segments.length - 1) return 'an empty segment';
      continue;
    }
    const reason = unsafeRaw(segment) ?? unsafeEscapes(segment, options.allowEncodedSlash ?? false);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

function unsafeRaw(segment: string): string | undefined {
  if (/[\u0000-\u001f\u007f]/.test(segment)) return 'a control character';
  if (segment.includes('\\')) return 'a backslash';
  if (/[^\u0020-\u007e]/.test(segment)) return 'a character outside ASCII that is not percent-encoded';
  // Everything else that RFC 3986 keeps out of a segment: URL parsers disagree about it, and rewrite it on the way.
  if (/[^A-Za-z0-9\-._~!$&'()*+,;=:@%]/.test(segment)) return 'a character that must be percent-encoded';
  return undefined;
}

function unsafeEscapes(segment: string, allowEncodedSlash: boolean): string | undefined {
  if (/%(?![0-9a-f]{2})/i.test(segment)) return 'an invalid percent-escape';
  if (segment.includes('%25')) return 'an encoded percent sign';
  if (/%5c/i.test(segment)) return 'an encoded backslash';
  if (!allowEncodedSlash && /%2f/i.test(segment)) return 'an encoded slash';
  for (const part of segment.split(/%2f/i)) {
    if (part === '') return 'an empty segment';
    const reason = unsafeName(part);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

function unsafeName(part: string): string | undefined {
  let name: string;
  try {
    name = decodeURIComponent(part);
  } catch {
    // Overlong forms, surrogates and bytes of other charsets: `%c0%ae` is a dot to a lenient decoder.
    return 'bytes that are not UTF-8';
  }
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(name)) return 'an encoded control character';
  // Servers that fold characters to their plain form read fullwidth and small dots, slashes and percent signs as the real ones.
  const folded = name.normalize('NFKC');
  if (folded !== name && /[/\\%]/.test(folded)) return 'a disguised slash or percent sign';
  if (/[\u2044\u2215\u2216\u2571\u2572\u29f5\u29f8\u29f9]/.test(name)) return 'a disguised slash or percent sign';
  // Java servers cut `;parameters` off a segment, Windows ones trailing blanks, and more than two dots are a parent to some.
  if (/^\s*\.+\s*(?:;|$)/.test(folded)) return 'a dot segment';
  return undefined;
}
