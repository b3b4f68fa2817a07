import { type LookupAddress, type LookupOptions, lookup } from 'node:dns';
import { BlockList, isIPv6 } from 'node:net';

const listOf = (family: 'ipv4' | 'ipv6', ranges: readonly string[]): BlockList => {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', bits] = range.split('/');
    list.addSubnet(address, Number(bits), family);
  }
  return list;
};

/** What the registries of special addresses (RFC 6890 and its updates) keep from the public. */
const special4 = listOf('ipv4', [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
]);
/** Of IPv6 only 2000::/3 is public, and of that not what carries other addresses, serves documentation or is kept back. */
const special6 = listOf('ipv6', [
  '::/3',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '3fff::/20',
  '4000::/2',
  '8000::/1',
]);

/** Whether an address is one that anybody can reach: no private, link-local, loopback, reserved or multicast one. */
export const isPublic = (address: string): boolean =>
  isIPv6(address) ? !special6.check(address, 'ipv6') : !special4.check(address, 'ipv4');

/** A name stands for an address that is not public. */
export class NotPublicError extends Error {
  override name = 'NotPublicError';
}

type Answer = (error: Error | null, address: string | LookupAddress[], family?: number) => void;

/** How names become addresses, as `dns.lookup` does it. */
export type Lookup = (
  name: string,
  options: LookupOptions & { all: true },
  answer: (error: Error | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * As `dns.lookup`, for connections: the addresses that are looked at are those that are connected to, so a name that answers otherwise the next
 * time gains nothing. A name is refused where one of its addresses is not public.
 */
export const publicLookup =
  (resolve: Lookup = lookup) =>
  (name: string, options: LookupOptions, answer: Answer): void =>
    resolve(name, { ...options, all: true }, (error, addresses) => {
      if (error) return answer(error, []);
      const hidden = addresses.find(({ address }) => !isPublic(address));
      const [first] = addresses;
      if (hidden || !first) return answer(new NotPublicError(`${name} is no public address`), []);
      if (options.all) answer(null, addresses);
      else answer(null, first.address, first.family);
    });
