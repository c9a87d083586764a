// Shamir's secret sharing over GF(2^8) with AES's polynomial x^8+x^4+x^3+x+1: the shares of
// habeas.protocol.sealing.shamir. The formats fix the x coordinate of share i to i + 1,
// which no library lets its caller choose. No tables and no branches on secrets.

import type { Bytes } from "./bytes.js";
import { FormatError } from "./errors.js";

/** 32 bytes of value, then the x coordinate. */
export const SHARE_BYTES = 33;

/** Gives that many random bytes. */
export type Random = (length: number) => Bytes;

/** The browser's own source of randomness. */
export const secureRandom: Random = (length) => crypto.getRandomValues(new Uint8Array(length));

function multiply(a: number, b: number): number {
  let product = 0;
  let power = a;
  for (let bit = 0; bit < 8; bit += 1) {
    product ^= -((b >> bit) & 1) & power;
    power = ((power << 1) ^ (-(power >> 7) & 0x11b)) & 0xff;
  }
  return product;
}

/** a^254 = a^-1: seven squarings, multiplied on the way. */
function inverse(a: number): number {
  let power = multiply(a, a);
  let result = power;
  for (let squaring = 0; squaring < 6; squaring += 1) {
    power = multiply(power, power);
    result = multiply(result, power);
  }
  return result;
}

/** Splits a secret into n shares, of which any k give it back and k - 1 say nothing. */
export function split(secret: Bytes, k: number, n: number, random: Random): Bytes[] {
  if (k < 2 || k > n || n > 255 || secret.length === 0) {
    throw new RangeError("need 2 <= k <= n <= 255 and a secret");
  }
  const coefficients = random(secret.length * (k - 1));
  return Array.from({ length: n }, (_, at) => {
    const x = at + 1;
    const share = new Uint8Array(secret.length + 1);
    secret.forEach((byte, position) => {
      const own = coefficients.subarray(position * (k - 1), (position + 1) * (k - 1));
      const highest = own.reduce((value, coefficient) => multiply(value, x) ^ coefficient, 0);
      share[position] = multiply(highest, x) ^ byte;
    });
    share[secret.length] = x;
    return share;
  });
}

/** The secret of k shares, by Lagrange interpolation at 0. Too few give noise, not an error. */
export function combine(shares: readonly Bytes[]): Bytes {
  const length = shares[0]?.length ?? 0;
  const xs = shares.map((share) => share.at(-1) ?? 0);
  if (shares.length < 2 || length < 2 || shares.some((share) => share.length !== length)) {
    throw new FormatError("shares", "At least two shares of the same length are needed.");
  }
  if (xs.includes(0) || new Set(xs).size !== xs.length) {
    throw new FormatError("shares", "Two of the shares are the same.");
  }
  const secret = new Uint8Array(length - 1);
  shares.forEach((share, at) => {
    const x = xs[at] ?? 0;
    const weight = xs
      .filter((other) => other !== x)
      .reduce((product, other) => multiply(product, multiply(other, inverse(other ^ x))), 1);
    share.subarray(0, -1).forEach((value, position) => {
      secret[position] = (secret[position] ?? 0) ^ multiply(weight, value);
    });
  });
  return secret;
}
