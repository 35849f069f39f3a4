/** A network address as people write it: a server that listens for both kinds sees those of IPv4 in a longer form. */
export function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '');
}
