/** The part of lean-qr that the panel uses. */
export interface Bitmap {
  /** Width and height in modules, without a border. */
  readonly size: number;
  /** Whether a module is black; false outside of the code. */
  get(x: number, y: number): boolean;
}
export const correction: Readonly<Record<"L" | "M" | "Q" | "H", number>>;
export function generate(data: string, options?: { minCorrectionLevel?: number }): Bitmap;
