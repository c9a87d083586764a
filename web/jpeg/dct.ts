// ITU-T T.81 section A.3.3: the forward DCT of 8 × 8 samples, in whole numbers, so that every
// machine gets the same ones.
//
// The factorisation is that of Loeffler, Ligtenberg and Moschytz (ICASSP 1989), with 11
// multiplications for eight values; constants have 13 fractional bits. What comes out is eight
// times the coefficient. These are the numbers of the IJG's accurate integer method, and so the
// same as Pillow's.

const BITS = 13;
/** Fractional bits that the rows leave to the columns. */
const KEPT = 2;

/** cos and sin of multiples of π/16, combined as the paper has them, times 2^13. */
const [C_0298, C_0390, C_0541, C_0765, C_0899, C_1175] = [2446, 3196, 4433, 6270, 7373, 9633];
const [C_1501, C_1847, C_1961, C_2053, C_2562, C_3072] = [12299, 15137, 16069, 16819, 20995, 25172];

/** Eight values that stand `step` apart, from `at` on, in place; `keep` fractional bits more. */
function transform(block: Int32Array, at: number, step: number, up: number, down: number): void {
  const v = (index: number): number => block[at + index * step] ?? 0;
  const put = (index: number, value: number): void => {
    block[at + index * step] = (value + (1 << (down - 1))) >> down;
  };
  const whole = (index: number, value: number): void => {
    block[at + index * step] = up >= 0 ? value << up : (value + (1 << (-up - 1))) >> -up;
  };
  const [s0, d0, s1, d1] = [v(0) + v(7), v(0) - v(7), v(1) + v(6), v(1) - v(6)];
  const [s2, d2, s3, d3] = [v(2) + v(5), v(2) - v(5), v(3) + v(4), v(3) - v(4)];

  const [outer, inner, outerLess, innerLess] = [s0 + s3, s1 + s2, s0 - s3, s1 - s2];
  const turned = (outerLess + innerLess) * C_0541;
  const [z1, z2, z3, z4] = [(d3 + d0) * -C_0899, (d2 + d1) * -C_2562, d3 + d1, d2 + d0];
  const z5 = (z3 + z4) * C_1175;
  const [left, right] = [z5 - z3 * C_1961, z5 - z4 * C_0390];

  whole(0, outer + inner);
  whole(4, outer - inner);
  put(2, turned + outerLess * C_0765);
  put(6, turned - innerLess * C_1847);
  put(7, d3 * C_0298 + z1 + left);
  put(5, d2 * C_2053 + z2 + right);
  put(3, d1 * C_3072 + z2 + left);
  put(1, d0 * C_1501 + z1 + right);
}

/** Coefficients times eight, of 64 samples from -128 to 127, row by row, in place. */
export function forwardDct(block: Int32Array): void {
  for (let row = 0; row < 8; row += 1) transform(block, row * 8, 1, KEPT, BITS - KEPT);
  for (let column = 0; column < 8; column += 1) transform(block, column, 8, -KEPT, BITS + KEPT);
}
