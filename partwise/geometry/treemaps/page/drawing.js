// The map on its canvas, and marks on another one above, so that moving the pointer is cheap.
//
// A map of 100,000 regions takes longer than a frame. While the view moves, small regions are left
// out. Once it rests, all are drawn on a sheet that nobody sees, a slice of time at once, and the
// finished sheet replaces what is shown.

const map = document.getElementById("map");
const canvas = document.getElementById("canvas");
const marks = document.getElementById("marks");
const shown = canvas.getContext("2d", { alpha: false });
const marker = marks.getContext("2d");
const sheet = document.createElement("canvas");
const pen = sheet.getContext("2d", { alpha: false });

const BORDER = 3; // pixels, of the region that fills the window
const SHRINK = 0.6; // from one level to the next
const THICKEST = 0.12; // of the side of a square as large as the region, twice that of thin ones
const THINNEST = 0.15;
const FINEST = 1.5; // square pixels of a region that is drawn for itself, once the view rests
const COARSEST = 4000;
const FRAME = [8, 20]; // milliseconds that a frame should take while the view moves
const SLICE = 12; // milliseconds of work between two looks at what the user does
const FIRST_SLICE = 40;
const AT_ONCE = 400; // regions, between two looks at the clock; borders, to a stroke

const stack = new Uint32Array(n);
const pixels = new Float32Array(n); // area of each region that is drawn, in square pixels
const ground = new Float32Array(n); // box of the last region that was painted under it
let coarse = 30; // square pixels of a region that is drawn while the view moves
let job = 0; // the timer of the slice to come

function colourOf(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function trace(i, on = pen) {
  const { scale, x, y } = view;
  if (!given.corners) {
    on.rect(scale * x0[i] + x, scale * y0[i] + y, scale * (x1[i] - x0[i]), scale * (y1[i] - y0[i]));
    return;
  }
  on.moveTo(scale * xs[start[i]] + x, scale * ys[start[i]] + y);
  for (let k = start[i] + 1; k < start[i + 1]; k++) on.lineTo(scale * xs[k] + x, scale * ys[k] + y);
  on.closePath();
}

// In square pixels. Areas are in proportion to weights, except where there is padding, and boxes.
function areaOf(i) {
  const box = given.tiled ? 0 : i;
  const share = given.tiled ? weight[i] / weight[0] : 1;
  return share * view.scale ** 2 * (x1[box] - x0[box]) * (y1[box] - y0[box]);
}

function paint(i, colours) {
  pen.fillStyle = styleOf(colours, i);
  if (given.corners) {
    pen.beginPath();
    trace(i);
    pen.fill();
  } else {
    const { scale, x, y } = view;
    pen.fillRect(
      scale * x0[i] + x, scale * y0[i] + y, scale * (x1[i] - x0[i]), scale * (y1[i] - y0[i]),
    );
  }
}

// Paints what the window shows, parents before their children, and collects it. Children that are
// too small are left out: a region above has been painted in its mean colour.
function* paintRegions(width, height, least, drawn) {
  const { scale, x, y } = view;
  let size = 1;
  let next = AT_ONCE;
  stack[0] = 0;
  while (size > 0) {
    const i = stack[--size];
    if (scale * x1[i] + x < 0 || scale * x0[i] + x > width) continue;
    if (scale * y1[i] + y < 0 || scale * y0[i] + y > height) continue;
    const box = scale * scale * (x1[i] - x0[i]) * (y1[i] - y0[i]);
    if (i > 0 && box < least) {
      if (!given.tiled) paint(i, mean);
      continue;
    }
    pixels[i] = areaOf(i);
    // Along a deep path, regions hardly differ from the ones above: not all need to be painted.
    const under = i > 0 ? ground[parent[i]] : Infinity;
    const painted = count[i] === 0 || !given.tiled || box < 0.7 * under;
    if (painted) paint(i, given.tiled ? mean : rgb);
    ground[i] = painted ? box : under;
    drawn.push(i);
    for (let c = first[i] + count[i] - 1; c >= first[i]; c--) stack[size++] = c;
    if (drawn.length > next) {
      next += AT_ONCE;
      yield;
    }
  }
}

// Strokes borders, those of the same width together, thin ones first.
function* strokeBorders(drawn, top) {
  const byWidth = [];
  for (const i of drawn) {
    const depth = Math.max(level[i] - level[top], 0);
    const thin = view.scale * Math.min(x1[i] - x0[i], y1[i] - y0[i]);
    const side = Math.min(Math.sqrt(pixels[i]), 2 * thin);
    const least = count[i] ? 0 : Math.min(THINNEST, 0.05 * side);
    const width = Math.max(Math.min(BORDER * SHRINK ** depth, THICKEST * side), least);
    if (width < 0.05) continue;
    const power = Math.max(Math.ceil(Math.log(width / BORDER) / Math.log(SHRINK) - 1e-9), 0);
    (byWidth[power] ??= []).push(i);
  }
  pen.lineJoin = "round";
  pen.strokeStyle = colourOf("--ground");
  for (let power = byWidth.length - 1; power >= 0; power--) {
    const regions = byWidth[power] ?? [];
    for (let k = 0; k < regions.length; k += AT_ONCE) {
      pen.lineWidth = BORDER * SHRINK ** power;
      pen.beginPath();
      for (const i of regions.slice(k, k + AT_ONCE)) trace(i);
      pen.stroke();
      yield;
    }
  }
}

// Fades what lies outside the region that the window is about.
function fadeOutside(top, width, height) {
  if (top === 0) return;
  pen.globalAlpha = 0.75;
  pen.fillStyle = colourOf("--ground");
  pen.beginPath();
  pen.rect(0, 0, width, height);
  trace(top);
  pen.fill("evenodd");
  pen.globalAlpha = 1;
}

// Clears a canvas as large as the map, and makes a unit of its pen a pixel of the page.
function prepare(board, on, width, height) {
  const dots = window.devicePixelRatio || 1;
  const wide = Math.max(Math.round(width * dots), 1);
  const high = Math.max(Math.round(height * dots), 1);
  if (board.width !== wide || board.height !== high) {
    board.width = wide;
    board.height = high;
  }
  on.setTransform(dots, 0, 0, dots, 0, 0);
  on.clearRect(0, 0, width, height);
}

function* drawSheet(top, least, labelled) {
  const { clientWidth: width, clientHeight: height } = canvas;
  prepare(sheet, pen, width, height);
  pen.fillStyle = colourOf("--ground");
  pen.fillRect(0, 0, width, height);
  const drawn = [];
  yield* paintRegions(width, height, least, drawn);
  yield* strokeBorders(drawn, top);
  fadeOutside(top, width, height);
  if (labelled) yield* drawLabels(drawn, top, width, height);
}

function showSheet() {
  prepare(canvas, shown, canvas.clientWidth, canvas.clientHeight);
  shown.setTransform(1, 0, 0, 1, 0, 0);
  shown.drawImage(sheet, 0, 0);
}

// Works for some milliseconds; returns whether there is nothing left to do.
function work(steps, time) {
  const end = performance.now() + time;
  while (!steps.next().done) if (performance.now() > end) return false;
  return true;
}

function drawMoving(top) {
  const began = performance.now();
  work(drawSheet(top, coarse, false), Infinity);
  showSheet();
  const taken = performance.now() - began;
  if (taken > FRAME[1]) coarse = Math.min(2 * coarse, COARSEST);
  else if (taken < FRAME[0]) coarse = Math.max(coarse / 1.5, FINEST);
}

function drawResting(top) {
  const steps = drawSheet(top, FINEST, given.labels);
  const go = (time) => {
    job = 0;
    if (work(steps, time)) {
      showSheet();
      map.setAttribute("aria-busy", "false");
    } else job = setTimeout(go, 0, SLICE);
  };
  go(FIRST_SLICE);
}

function drawMap(top, moving) {
  clearTimeout(job);
  map.setAttribute("aria-busy", "true");
  if (moving) drawMoving(top);
  else drawResting(top);
}

function outline(i, width, colour) {
  for (const [thick, style] of [[width + 3, "#fff"], [width, colour]]) {
    marker.lineWidth = thick;
    marker.strokeStyle = style;
    marker.lineJoin = "round";
    marker.beginPath();
    trace(i, marker);
    marker.stroke();
  }
}

// Outlines the region that keys have chosen, and the one under the pointer.
function drawMarks(chosen, hovered) {
  prepare(marks, marker, canvas.clientWidth, canvas.clientHeight);
  if (hovered > 0 && hovered !== chosen) outline(hovered, 1.5, "#1d1d1f");
  if (chosen > 0) outline(chosen, 3, "#0a58ca");
}
