import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isPublicAddress } from '../../src/fetching/public-address.ts';

const groups = (ipv4: string): string => {
  const [a = 0, b = 0, c = 0, d = 0] = ipv4.split('.').map(Number);
  return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
};

const inside = [
  '0.0.0.0',
  '0.192.168.17',
  '10.0.0.1',
  '10.255.255.255',
  '100.64.0.1',
  '100.100.100.200',
  '127.0.0.1',
  '127.255.255.254',
  '168.63.129.16',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.0.0.192',
  '192.0.2.1',
  '192.31.196.1',
  '192.52.193.1',
  '192.88.99.1',
  '192.168.1.1',
  '192.175.48.1',
  '198.18.0.1',
  '198.19.255.255',
  '198.51.100.1',
  '203.0.113.1',
  '224.0.0.1',
  '239.255.255.255',
  '240.0.0.1',
  '255.255.255.255',
];
const outside = ['1.1.1.1', '8.8.8.8', '93.184.215.14', '100.63.255.255', '100.128.0.1', '172.15.255.255', '172.32.0.1', '198.20.0.1'];

describe('an address', () => {
  it.each(inside)('%s is inside', (address) => {
    expect(isPublicAddress(address, [])).toBe(false);
  });

  it.each(outside)('%s is public', (address) => {
    expect(isPublicAddress(address, [])).toBe(true);
  });

  it.each([
    '::',
    '::1',
    '::2',
    '::7f00:1',
    '::127.0.0.1',
    '::93.184.215.14',
    '::ffff:0:127.0.0.1',
    '::ffff:0:5db8:d70e',
    '64:ff9b:1::a00:1',
    '64:ff9b:1::5db8:d70e',
    '100::1',
    '100:0:0:1::1',
    '1000::1',
    '2001::1',
    '2001:0:5db8:d70e::1',
    '2001:2::1',
    '2001:3::1',
    '2001:4:112::1',
    '2001:10::1',
    '2001:20::1',
    '2001:30::1',
    '2001:db8::1',
    '2002:7f00:1::',
    '2002:5db8:d70e::1',
    '2620:4f:8000::1',
    '2a00:1450::5efe:7f00:1',
    '2a00:1450::200:5efe:7f00:1',
    '3fff::1',
    '4000::1',
    '5f00::1',
    'fc00::1',
    'fd00:ec2::254',
    'fe80::1',
    'fe80::1%eth0',
    '2606:4700:4700::1111%eth0',
    'fec0::1',
    'ff02::1',
    'ffff::1',
  ])('%s is no public one', (address) => {
    expect(isPublicAddress(address, [])).toBe(false);
  });

  it.each(['2001:4860:4860::8888', '2606:4700:4700::1111', '2a00:1450:4001:82a::200e', '2400:cb00::1', '3ffe::1'])(
    '%s is public',
    (address) => {
      expect(isPublicAddress(address, [])).toBe(true);
    },
  );

  it.each([
    '',
    'localhost',
    'example.com',
    '1.1.1',
    '1.1.1.1.',
    '01.1.1.1',
    '0x1.1.1.1',
    '16843009',
    '1.1.1.1/32',
    '1.1.1.1:80',
    ' 1.1.1.1',
    '[2606:4700:4700::1111]',
    '2606:4700:4700::1111/128',
    '1.1.1.256',
    ':::1',
  ])('%j is none', (address) => {
    expect(isPublicAddress(address, [])).toBe(false);
  });

  it('of IPv4 is judged the same within the forms of IPv6 that carry it, and refused within the others', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.constantFrom(...inside, ...outside)), (ipv4) => {
        const judged = isPublicAddress(ipv4, []);
        for (const carrier of [`::ffff:${ipv4}`, `::ffff:${groups(ipv4)}`, `64:ff9b::${ipv4}`, `64:ff9b::${groups(ipv4)}`])
          expect([carrier, isPublicAddress(carrier, [])]).toEqual([carrier, judged]);
        const refused = [
          `::${ipv4}`,
          `::${groups(ipv4)}`,
          `::ffff:0:${groups(ipv4)}`,
          `64:ff9b:1::${groups(ipv4)}`,
          `2002:${groups(ipv4)}::1`,
          `2001:0:${groups(ipv4)}::1`,
          `2001:0:1:1:1:1:${groups(ipv4)}`,
          `2a00:1450::5efe:${groups(ipv4)}`,
        ];
        for (const carrier of refused) expect([carrier, isPublicAddress(carrier, [])]).toEqual([carrier, false]);
      }),
    );
  });

  it('of IPv6 is never public outside 2000::/3, but for what carries one of IPv4', () => {
    fc.assert(
      fc.property(fc.ipV6(), (ipv6) => {
        if (isPublicAddress(ipv6, [])) expect(ipv6).toMatch(/^(?:[23][\da-f]{3}:|(?:0:){5}ffff:|(?:0:){0,4}:(?:0:){0,4}ffff:|64:ff9b:)/i);
      }),
    );
  });

  it.each([
    ['203.0.114.9/24', '203.0.114.1', false],
    ['203.0.114.9/24', '203.0.115.1', true],
    ['203.0.114.9/24', '::ffff:203.0.114.1', false],
    ['203.0.114.9/24', '64:ff9b::203.0.114.1', false],
    ['203.0.114.9/32', '203.0.114.9', false],
    ['203.0.114.9/32', '203.0.114.10', true],
    ['2a00:1450:1::5/64', '2a00:1450:1::99', false],
    ['2a00:1450:1::5/64', '2a00:1450:1:1::99', true],
    ['2a00:1450:1::5/64', '93.184.215.14', true],
  ])('of a machine in %s: %s is public: %j', (own, address, expected) => {
    expect(isPublicAddress(address, ['127.0.0.1/8', '::1/128', own])).toBe(expected);
  });
});
