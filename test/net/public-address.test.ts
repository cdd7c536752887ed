import { checkedLookup, type ResolveName } from '../../src/net/checked-lookup.ts';
import { isInnerNetwork, isPrivateAddress } from '../../src/net/public-address.ts';

describe('an address of the inner network', () => {
  it.each([
    '0.0.0.0',
    '10.255.255.255',
    '100.64.0.1',
    '100.127.255.255',
    '127.0.0.1',
    '127.255.255.254',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '198.18.0.1',
    '224.0.0.1',
    '239.255.255.250',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:8.8.8.8',
    '::127.0.0.1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    '2001:0:0:1::',
    'fc00::1',
    'fdff::1',
    'fe80::1',
    'fe80::1%lo',
    'febf::1',
    'ff02::1',
    'not an address',
    '',
  ])('is %s', (address) => {
    expect(isPrivateAddress(address)).toBe(true);
  });

  it.each([
    '1.1.1.1',
    '8.8.8.8',
    '9.255.255.255',
    '11.0.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '126.255.255.255',
    '128.0.0.0',
    '172.15.255.255',
    '172.32.0.0',
    '192.167.255.255',
    '192.169.0.0',
    '223.255.255.255',
    '2606:4700:4700::1111',
    '2a00:1450:4001::1',
  ])('is not %s', (address) => {
    expect(isPrivateAddress(address)).toBe(false);
  });

  it('that machines are given is told from loopback and link-local ones', () => {
    const of = ['10.0.0.1', '172.16.0.1', '192.168.0.1', '100.64.0.1', 'fd00::1'];
    expect(of.map(isInnerNetwork)).toEqual(of.map(() => true));
    const not = ['127.0.0.1', '169.254.169.254', '::1', 'fe80::1', '0.0.0.0', '8.8.8.8'];
    expect(not.map(isInnerNetwork)).toEqual(not.map(() => false));
  });
});

describe('a checked lookup', () => {
  const answering =
    (...addresses: string[]): ResolveName =>
    (_name, _options, callback) =>
      callback(
        null,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      );
  const ask = (resolve: ResolveName, all: boolean) =>
    new Promise<unknown[]>((done) => {
      const lookup = checkedLookup({ mayReach: (address) => !isPrivateAddress(address), resolve });
      lookup('name.test', { all }, (...answer) => done(answer));
    });

  it('refuses a name with one private address among its addresses', async () => {
    for (const all of [true, false]) {
      const [error] = await ask(answering('8.8.8.8', '10.0.0.1'), all);
      expect(error).toMatchObject({ name: 'AddressRefused' });
    }
  });

  it('gives what it checked, in the form that was asked for', async () => {
    const resolve = answering('8.8.8.8', '2606:4700:4700::1111');
    expect(await ask(resolve, false)).toEqual([null, '8.8.8.8', 4]);
    expect(await ask(resolve, true)).toEqual([
      null,
      [
        { address: '8.8.8.8', family: 4 },
        { address: '2606:4700:4700::1111', family: 6 },
      ],
    ]);
  });

  it('refuses a name without an address', async () => {
    expect((await ask(answering(), false))[0]).toMatchObject({ name: 'AddressRefused' });
  });
});
