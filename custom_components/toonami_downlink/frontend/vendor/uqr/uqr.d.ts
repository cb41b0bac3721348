/** The part of uqr that the panel uses. */
export interface QrCode {
  /** Width and height in modules, border included. */
  size: number;
  /** Rows of modules; true is black. */
  data: boolean[][];
}
export function encode(
  data: string,
  options?: { ecc?: "L" | "M" | "Q" | "H"; border?: number },
): QrCode;
