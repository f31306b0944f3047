// What part of the plane the window shows: screen = scale * place + (x, y).

const MARGIN = 8;
const DURATION = 380;
const view = { scale: 1, x: 0, y: 0 };
const still = matchMedia("(prefers-reduced-motion: reduce)");
let flight = 0;

// The view that shows a region as large as it fits.
function viewOf(i, width, height) {
  const wide = x1[i] - x0[i];
  const high = y1[i] - y0[i];
  const roomX = Math.max(width - 2 * MARGIN, 1);
  const roomY = Math.max(height - 2 * MARGIN, 1);
  const scale = Math.min(roomX / wide, roomY / high);
  if (!Number.isFinite(scale)) return null;
  return {
    scale,
    x: 0.5 * width - 0.5 * scale * (x0[i] + x1[i]),
    y: 0.5 * height - 0.5 * scale * (y0[i] + y1[i]),
  };
}

// Between two views, a place that is the same in both stays where it is.
function between(from, to, part) {
  const growth = to.scale / from.scale;
  if (Math.abs(growth - 1) < 1e-6) {
    const mix = (a, b) => a + (b - a) * part;
    return { scale: to.scale, x: mix(from.x, to.x), y: mix(from.y, to.y) };
  }
  const scale = from.scale * growth ** part;
  const along = (scale - from.scale) / (to.scale - from.scale);
  return { scale, x: from.x + (to.x - from.x) * along, y: from.y + (to.y - from.y) * along };
}

// Moves the view; draw(moving) is called for every frame.
function fly(to, draw) {
  cancelAnimationFrame(flight);
  flight = 0;
  if (still.matches) {
    Object.assign(view, to);
    draw(false);
    return;
  }
  const from = { ...view };
  const began = performance.now();
  const step = (now) => {
    const part = Math.min(Math.max((now - began) / DURATION, 0), 1);
    const eased = part * part * (3 - 2 * part);
    Object.assign(view, part < 1 ? between(from, to, eased) : to);
    flight = part < 1 ? requestAnimationFrame(step) : 0;
    draw(part < 1);
  };
  flight = requestAnimationFrame(step);
}
