import ipaddr from 'ipaddr.js';

/** Where Azure's machines reach the services around them: an address that looks public and leads nowhere else. */
const inside: ReadonlySet<string> = new Set(['168.63.129.16']);

/** What is routed on the internet at all; everything else of IPv6 is special in one way or another, though not all of it is named. */
const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3');

/** The prefix behind which NAT64 puts the IPv4 address. That of RFC 8215 may lead inside, and is refused with the rest. */
const nat64 = ipaddr.IPv6.parseCIDR('64:ff9b::/96');

/**
 * Whether an address, as a resolver or a parsed URL gives it, is one of the public internet. `own` holds the networks that the machine stands in, in CIDR
 * notation: neighbours may be reachable from here alone, however public their addresses look.
 */
export function isPublicAddress(address: string, own: readonly string[]): boolean {
  if (ipaddr.IPv4.isValidFourPartDecimal(address)) return isPublicIPv4(ipaddr.IPv4.parse(address), own);
  const parsed = parseIPv6(address);
  if (parsed === undefined) return false;
  if (parsed.isIPv4MappedAddress() || parsed.match(nat64)) return isPublicIPv4(new ipaddr.IPv4(parsed.toByteArray().slice(12)), own);
  return parsed.range() === 'unicast' && parsed.match(globalUnicast) && !isIsatap(parsed) && !isIn(parsed, own);
}

/** Nothing for an address with a zone, too: that leads to one of this machine's own links. */
function parseIPv6(address: string): ipaddr.IPv6 | undefined {
  const text = `http://[${address}]`;
  if (!/^[\da-f:.]+$/i.test(address) || !URL.canParse(text)) return undefined;
  // In hexadecimal throughout: ipaddr.js takes `::192.0.2.1` for the mapped address that it is not.
  return ipaddr.IPv6.parse(new URL(text).hostname.slice(1, -1));
}

function isPublicIPv4(address: ipaddr.IPv4, own: readonly string[]): boolean {
  return address.range() === 'unicast' && !inside.has(address.toString()) && !isIn(address, own);
}

/** ISATAP (RFC 5214) carries an IPv4 address in the lower half of any IPv6 address. */
function isIsatap({ parts }: ipaddr.IPv6): boolean {
  return (parts[4] === 0 || parts[4] === 0x200) && parts[5] === 0x5efe;
}

function isIn(address: ipaddr.IPv4 | ipaddr.IPv6, networks: readonly string[]): boolean {
  return networks.some((network) => {
    const [base, bits] = ipaddr.parseCIDR(network);
    return address.kind() === base.kind() && address.match(base, bits);
  });
}
