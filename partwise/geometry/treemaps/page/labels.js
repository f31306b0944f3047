// Names on the map: in the largest rectangle of their shape inside the region, none on another.

const LINE = 1.25; // of the height of letters
const SMALLEST = 10;
const SMALLEST_HEADER = 7;
const LARGEST = 28;
const HIDES = 0.1; // the part of an inner region that its name may lie over
const LINES = 8; // of text that an inner region must have room for
const CUTS = [1, 0.75, 0.5, 0.3]; // parts of a name that are tried
const SHORTEST = 6; // letters that are left of a name
const PLACES = [[0, 0], [0, -1], [0, 1], [-1, -1], [1, -1], [-1, 1], [1, 1], [-1, 0], [1, 0]];
const FONT = "system-ui, sans-serif";

const rooms = new Map();
const widths = new Map();

function emWidth(text) {
  let width = widths.get(text);
  if (width === undefined) {
    pen.font = `600 100px ${FONT}`;
    width = pen.measureText(text).width / 100;
    widths.set(text, width);
  }
  return width;
}

function cutTo(name, share) {
  const letters = [...name.slice(0, 200)];
  const keep = Math.floor(letters.length * share);
  if (keep >= letters.length && name.length <= 200) return name;
  return keep >= SHORTEST ? letters.slice(0, keep - 1).join("").trimEnd() + "…" : "";
}

// The smallest max(|x|, |y|) over a segment.
function toSegment(ax, ay, bx, by) {
  let best = Math.min(
    Math.max(Math.abs(ax), Math.abs(ay)), Math.max(Math.abs(bx), Math.abs(by)),
  );
  const ux = bx - ax;
  const uy = by - ay;
  const tryAt = (above, below) => {
    const t = above / below;
    if (t > 0 && t < 1) {
      best = Math.min(best, Math.max(Math.abs(ax + t * ux), Math.abs(ay + t * uy)));
    }
  };
  tryAt(-ax, ux);
  tryAt(-ay, uy);
  tryAt(ay - ax, ux - uy);
  tryAt(-ax - ay, ux + uy);
  return best;
}

function distanceInside(i, x, y, shape) {
  let inside = false;
  let best = Infinity;
  const end = start[i + 1];
  let ax = (xs[end - 1] - x) / shape;
  let ay = ys[end - 1] - y;
  for (let k = start[i]; k < end; k++) {
    const bx = (xs[k] - x) / shape;
    const by = ys[k] - y;
    if (ay > 0 !== by > 0 && ax - (ay * (bx - ax)) / (by - ay) > 0) inside = !inside;
    best = Math.min(best, toSegment(ax, ay, bx, by));
    ax = bx;
    ay = by;
  }
  return inside ? best : -best;
}

// Centre and height of the largest rectangle of a given width over height inside a region: squares
// are halved, and left out if they cannot hold a better centre.
function roomOf(i, shape) {
  const x = 0.5 * (x0[i] + x1[i]);
  const y = 0.5 * (y0[i] + y1[i]);
  if (!given.corners) return { x, y, high: Math.min((x1[i] - x0[i]) / shape, y1[i] - y0[i]) };
  const all = 0.5 * Math.max((x1[i] - x0[i]) / shape, y1[i] - y0[i]);
  const room = { x, y, high: 0 };
  const todo = [[x, y, all]];
  while (todo.length) {
    const [cx, cy, half] = todo.pop();
    const distance = distanceInside(i, cx, cy, shape);
    if (2 * distance > room.high) Object.assign(room, { x: cx, y: cy, high: 2 * distance });
    if (2 * (distance + half) > 1.05 * room.high + 1e-4 * all) {
      const h = half / 2;
      for (const [right, down] of [[-h, -h], [h, -h], [-h, h], [h, h]]) {
        todo.push([cx + right * shape, cy + down, h]);
      }
    }
  }
  return room;
}

function cachedRoom(i, cut, shape) {
  const key = CUTS.length * i + cut;
  let room = rooms.get(key);
  if (room === undefined) {
    room = roomOf(i, shape);
    rooms.set(key, room);
  }
  return room;
}

// Squares of four pixels that a label lies on.
function makeTaken(width, height) {
  const wide = (width >> 2) + 1;
  const high = (height >> 2) + 1;
  const grid = new Uint8Array(wide * high);
  return (x, y, w, h) => {
    const left = Math.floor((x - w / 2) / 4);
    const right = Math.floor((x + w / 2) / 4);
    const top = Math.floor((y - h / 2) / 4);
    const bottom = Math.floor((y + h / 2) / 4);
    if (left < 0 || top < 0 || right >= wide || bottom >= high) return false;
    for (let row = top; row <= bottom; row++) {
      for (let k = row * wide + left; k <= row * wide + right; k++) if (grid[k]) return false;
    }
    for (let row = top; row <= bottom; row++) {
      grid.fill(1, row * wide + left, row * wide + right + 1);
    }
    return true;
  };
}

function write(text, x, y, size, over, dark) {
  pen.font = `${over ? 600 : 400} ${size.toFixed(1)}px ${FONT}`;
  if (over) {
    pen.strokeStyle = "rgb(255 255 255 / 0.8)";
    pen.lineWidth = 3;
    pen.lineJoin = "round";
    pen.strokeText(text, x, y);
  }
  pen.fillStyle = over || !dark ? "#000" : "#fff";
  pen.fillText(text, x, y);
}

function labelInside(i, over, taken) {
  const name = nameOf(i);
  const side = Math.sqrt(pixels[i]);
  for (let cut = 0; cut < CUTS.length; cut++) {
    const text = cutTo(name, CUTS[cut]);
    if (!text) return;
    const em = emWidth(text) + 0.5;
    if (over && em * LINE * SMALLEST ** 2 > HIDES * pixels[i]) continue;
    const room = cachedRoom(i, cut, Math.max(em / LINE, 0.5));
    const high = view.scale * room.high;
    if (high < LINE * SMALLEST) continue;
    let size = Math.min(high / LINE, LARGEST, Math.max(side / (over ? 1.5 * LINES : 9), SMALLEST));
    if (over) size = Math.max(Math.min(size, Math.sqrt((HIDES * pixels[i]) / em / LINE)), SMALLEST);
    const freeX = 0.5 * ((em / LINE) * high - em * size);
    const freeY = 0.5 * (high - LINE * size);
    for (const [right, down] of PLACES) {
      const x = view.scale * room.x + view.x + right * freeX;
      const y = view.scale * room.y + view.y + down * freeY;
      if (taken(x, y, em * size, LINE * size)) {
        write(text, x, y, size, over, isDark(i));
        return;
      }
    }
    return;
  }
}

// The name of an inner region in the strip that the layout leaves at its top.
function labelHeader(i, taken) {
  const strip = view.scale * given.header;
  const margin = view.scale * given.padding;
  const size = Math.min(0.85 * strip, 14);
  if (size < SMALLEST_HEADER) return;
  const free = view.scale * (x1[i] - x0[i]) - 2 * margin;
  const x = 0.5 * view.scale * (x0[i] + x1[i]) + view.x;
  const y = view.scale * y0[i] + view.y + margin + 0.5 * strip;
  for (const share of CUTS) {
    const text = cutTo(nameOf(i), share);
    const width = (emWidth(text) + 0.5) * size;
    if (text && width <= free && taken(x, y, width, size)) {
      write(text, x, y, size, false, isDark(i));
      return;
    }
  }
}

function* drawLabels(drawn, top, width, height) {
  const taken = makeTaken(width, height);
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  const inside = new Uint8Array(n);
  inside[top] = 1;
  const below = [];
  for (const i of drawn) {
    if (i > top && inside[parent[i]]) inside[i] = 1;
    else if (i !== top) continue;
    if (pixels[i] >= 2 * LINE * SMALLEST ** 2) below.push(i);
  }
  below.sort((a, b) => a - b); // level by level
  for (const i of below) {
    if (!count[i]) continue;
    if (given.header > 0) labelHeader(i, taken);
    else if (i !== top && pixels[i] >= (LINES * SMALLEST) ** 2) labelInside(i, true, taken);
    yield;
  }
  for (const i of below) {
    if (count[i]) continue;
    labelInside(i, false, taken);
    yield;
  }
}
