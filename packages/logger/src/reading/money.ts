/** Millionths of a dollar as dollars, with every digit: `0.00206`. */
export function toDollars(micros: number): string {
  const whole = Math.trunc(micros / 1_000_000);
  const rest = String(micros % 1_000_000)
    .padStart(6, '0')
    .replace(/0+$/, '');
  return rest === '' ? String(whole) : `${whole}.${rest}`;
}
