"use strict";

// The regions, numbered breadth-first: the children of region i are first[i], ...,
// first[i] + count[i] - 1, and parents come before their children.

const given = JSON.parse(document.getElementById("data").textContent);

function bytesOf(text) {
  const packed = atob(text);
  const bytes = new Uint8Array(packed.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = packed.charCodeAt(i);
  return bytes;
}

const count = new Uint32Array(bytesOf(given.count).buffer);
const weight = new Float64Array(bytesOf(given.weight).buffer);
const ratio = new Float32Array(bytesOf(given.ratio).buffer);
const rgb = bytesOf(given.rgb);
const n = count.length;

const first = new Uint32Array(n);
const parent = new Int32Array(n).fill(-1);
const level = new Uint32Array(n);
for (let i = 0, next = 1; i < n; i++) {
  first[i] = next;
  next += count[i];
  for (let c = first[i]; c < next; c++) {
    parent[c] = i;
    level[c] = level[i] + 1;
  }
}

// Vertices come as 24-bit parts of the parent's box, so that even what lies deep below the root is
// exact when it fills the window.
const start = new Uint32Array(n + 1);
if (given.corners) {
  const corners = new Uint32Array(bytesOf(given.corners).buffer);
  for (let i = 0; i < n; i++) start[i + 1] = start[i] + corners[i];
} else {
  for (let i = 0; i < n; i++) start[i + 1] = start[i] + 2;
}
const xs = new Float64Array(start[n]);
const ys = new Float64Array(start[n]);
const x0 = new Float64Array(n);
const y0 = new Float64Array(n);
const x1 = new Float64Array(n);
const y1 = new Float64Array(n);
{
  const parts = bytesOf(given.places);
  const partAt = (k) => (parts[3 * k] | (parts[3 * k + 1] << 8) | (parts[3 * k + 2] << 16)) / 0xffffff;
  for (let i = 0; i < n; i++) {
    const p = parent[i];
    const left = p < 0 ? given.box[0] : x0[p];
    const top = p < 0 ? given.box[1] : y0[p];
    const wide = (p < 0 ? given.box[2] : x1[p]) - left;
    const high = (p < 0 ? given.box[3] : y1[p]) - top;
    x0[i] = y0[i] = Infinity;
    x1[i] = y1[i] = -Infinity;
    for (let k = start[i]; k < start[i + 1]; k++) {
      const x = (xs[k] = left + wide * partAt(2 * k));
      const y = (ys[k] = top + high * partAt(2 * k + 1));
      if (x < x0[i]) x0[i] = x;
      if (y < y0[i]) y0[i] = y;
      if (x > x1[i]) x1[i] = x;
      if (y > y1[i]) y1[i] = y;
    }
  }
}

// The mean colour of all below, for regions whose children are too small to be drawn.
const mean = new Uint8ClampedArray(3 * n);
{
  const sums = new Float64Array(3 * n);
  const below = new Float64Array(n);
  for (let i = n - 1; i >= 0; i--) {
    const heavy = count[i] ? below[i] : weight[i];
    if (i) below[parent[i]] += heavy;
    for (let k = 0; k < 3; k++) {
      mean[3 * i + k] = count[i] && heavy ? sums[3 * i + k] / heavy : rgb[3 * i + k];
      if (i) sums[3 * parent[i] + k] += mean[3 * i + k] * heavy;
    }
  }
}

const styles = new Map();

function styleOf(colours, i) {
  const code = (colours[3 * i] << 16) | (colours[3 * i + 1] << 8) | colours[3 * i + 2];
  let style = styles.get(code);
  if (style === undefined) {
    style = "#" + code.toString(16).padStart(6, "0");
    styles.set(code, style);
  }
  return style;
}

function isDark(i) {
  const linear = (k) => {
    const part = rgb[3 * i + k] / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  };
  return (0.2126 * linear(0) + 0.7152 * linear(1) + 0.0722 * linear(2) + 0.05) ** 2 <= 1.05 * 0.05;
}

// A region that holds a chain of only children has the names of all of them.
function nameOf(i) {
  const name = given.names[i];
  if (typeof name === "string") return name;
  return name.length === 2 ? name.join("/") : `${name[0]}/…/${name[name.length - 1]}`;
}

const MOST_STEPS = 40;

function pathOf(i) {
  let steps = [];
  for (let at = i; at >= 0 && steps.length < MOST_STEPS; at = parent[at]) {
    steps.push(...[given.names[at]].flat().reverse());
  }
  if (steps.length >= MOST_STEPS) {
    steps = [...steps.slice(0, MOST_STEPS), "…", [given.names[0]].flat()[0]];
  }
  if (steps.length > 1 && steps[steps.length - 1] === "/") steps[steps.length - 1] = "";
  return steps.reverse().join("/");
}

const numbers = new Intl.NumberFormat("en", { maximumSignificantDigits: 10 });
const shares = new Intl.NumberFormat("en", { style: "percent", maximumSignificantDigits: 3 });
const ratios = new Intl.NumberFormat("en", { maximumSignificantDigits: 4 });

function factsOf(i) {
  return {
    path: pathOf(i),
    weight: `weight ${numbers.format(weight[i])} (${shares.format(weight[i] / weight[0])} of all)`,
    ratio: Number.isNaN(ratio[i]) ? "no aspect ratio" : `aspect ratio ${ratios.format(ratio[i])}`,
  };
}

function contains(i, x, y) {
  if (!(x0[i] <= x && x <= x1[i] && y0[i] <= y && y <= y1[i])) return false;
  if (!given.corners) return true;
  let inside = false;
  const end = start[i + 1];
  for (let k = start[i], before = end - 1; k < end; before = k++) {
    if (ys[k] > y !== ys[before] > y) {
      const at = xs[k] + ((y - ys[k]) * (xs[before] - xs[k])) / (ys[before] - ys[k]);
      if (at > x) inside = !inside;
    }
  }
  return inside;
}

function childAt(i, x, y) {
  for (let c = first[i]; c < first[i] + count[i]; c++) if (contains(c, x, y)) return c;
  return -1;
}
