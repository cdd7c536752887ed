/** Which addresses are those of the open internet; all others belong to someone's inner network. */
import { BlockList, isIP } from 'node:net';

/** @see IANA's registries of special-purpose addresses */
const SPECIAL_IPV4 = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const;

/** With those that hold an IPv4 address: mapped, translated (NAT64), 6to4 and Teredo. */
const SPECIAL_IPV6 = [
  ['::', 96],
  ['::ffff:0:0', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
] as const;

// One list for each family: Node takes an IPv4 address for its mapped form, so that the rule for
// mapped addresses would hold for every IPv4 address of a common list.
const ipv4 = new BlockList();
for (const [net, bits] of SPECIAL_IPV4) ipv4.addSubnet(net, bits, 'ipv4');
const ipv6 = new BlockList();
for (const [net, bits] of SPECIAL_IPV6) ipv6.addSubnet(net, bits, 'ipv6');

/**
 * Whether an IP address is loopback, private, link-local, shared (CGNAT), multicast, unique local,
 * reserved, or an IPv6 address that wraps an IPv4 one. What is no IP address counts as private.
 */
export function isPrivateAddress(address: string): boolean {
  // A zone, as in `fe80::1%eth0`, stands for a link and so for the inner network.
  const version = isIP(address);
  if (version === 4) return ipv4.check(address, 'ipv4');
  if (version === 6) return address.includes('%') || ipv6.check(address, 'ipv6');
  return true;
}

const inner4 = new BlockList();
for (const [net, bits] of [
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const) {
  inner4.addSubnet(net, bits, 'ipv4');
}
const inner6 = new BlockList();
inner6.addSubnet('fc00::', 7, 'ipv6');

/** Whether an address is one that an inner network gives to its machines: RFC 1918, 4193, 6598. */
export function isInnerNetwork(address: string): boolean {
  const version = isIP(address);
  if (version === 4) return inner4.check(address, 'ipv4');
  return version === 6 && !address.includes('%') && inner6.check(address, 'ipv6');
}
