/**
 * Name resolution that refuses addresses. It is the connection's own, so that no second answer of
 * the name server can differ from the one that was checked.
 */
import { lookup as resolveName, type LookupAddress, type LookupAllOptions } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { isPrivateAddress } from './public-address.ts';

/** As `dns.lookup` with `all`. */
export type ResolveName = (
  hostname: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/** The name stands for an address that may not be spoken to. */
export class AddressRefused extends Error {
  override readonly name = 'AddressRefused';
}

export interface LookupRules {
  /** Whether an address that a name stands for may be spoken to. */
  readonly mayReach: (address: string) => boolean;
  /** @default dns.lookup */
  readonly resolve?: ResolveName | undefined;
}

/** @returns a `lookup` for `http.request`; one refused address of a name refuses the name. */
export function checkedLookup({ mayReach, resolve = resolveName }: LookupRules): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '', 4);
      const refused = addresses.find(({ address }) => !mayReach(address));
      const [first] = addresses;
      if (refused !== undefined || first === undefined) {
        return callback(new AddressRefused(`${hostname} is a private address`), '', 4);
      }
      if (options.all) return callback(null, addresses);
      callback(null, first.address, first.family);
    });
  };
}

/** Reaches the open internet alone. */
export const publicLookup = checkedLookup({ mayReach: (address) => !isPrivateAddress(address) });
