// Who looked, and when, over the whole picture: a photograph of the screen says it too.

/** Angle of the lines of text, in radians. */
const SLOPE = -Math.PI / 8;
const SMALLEST_TEXT = 12;

/** Draws `text` again and again over everything that is on the canvas. */
export function watermark(context: CanvasRenderingContext2D, text: string): void {
  const { width, height } = context.canvas;
  const size = Math.max(SMALLEST_TEXT, Math.round(width / 28));
  context.save();
  context.font = `bold ${String(size)}px sans-serif`;
  context.textBaseline = "middle";
  context.strokeStyle = "rgba(0, 0, 0, 0.45)";
  context.fillStyle = "rgba(255, 255, 255, 0.5)";
  context.lineWidth = 1;
  context.rotate(SLOPE);
  const step = context.measureText(text).width + size * 2;
  for (let y = 0; y < height * 2; y += size * 5) {
    for (let x = -height; x < width; x += step) {
      context.strokeText(text, x, y);
      context.fillText(text, x, y);
    }
  }
  context.restore();
}
