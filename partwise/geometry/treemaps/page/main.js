// What the user does: pointer, keys, path above the map.

const tip = document.getElementById("tip");
const status = document.getElementById("status");
const crumbs = document.getElementById("crumbs");
const MOST_CRUMBS = 9;

let here = 0; // the region that fills the window
let chosen = -1; // by keys, one of its children
let hovered = -1; // the child of `here` under the pointer

function redraw(moving = false) {
  drawMap(here, moving);
  drawMarks(chosen, hovered);
}

function show(region) {
  const to = viewOf(region, canvas.clientWidth, canvas.clientHeight);
  if (!to) return;
  map.setAttribute("aria-busy", "true");
  fly(to, redraw);
}

function describe(i) {
  const { weight: heavy, ratio: shape } = factsOf(i);
  const parts = count[i] === 0 ? "no parts" : count[i] === 1 ? "1 part" : `${numbers.format(count[i])} parts`;
  return `${nameOf(i)}: ${heavy}, ${shape}, ${parts}`;
}

function go(region, next = -1) {
  here = region;
  chosen = next;
  hovered = -1;
  tip.hidden = true;
  status.textContent = describe(chosen >= 0 ? chosen : here);
  writeCrumbs();
  show(here);
}

// What was left stays chosen, so that keys go on from there.
function goUp() {
  if (here > 0) go(parent[here], here);
}

function choose(region) {
  chosen = region;
  hovered = -1;
  tip.hidden = true;
  status.textContent = describe(region);
  drawMarks(chosen, hovered);
}

function writeCrumbs() {
  const steps = [];
  for (let at = here; at >= 0; at = parent[at]) steps.push(at);
  steps.reverse();
  if (steps.length > MOST_CRUMBS) steps.splice(1, steps.length - MOST_CRUMBS + 1, -1);
  crumbs.replaceChildren(
    ...steps.map((at) => {
      const item = document.createElement("li");
      const step = document.createElement(at === here || at < 0 ? "span" : "button");
      step.textContent = at < 0 ? "…" : nameOf(at);
      if (at >= 0) step.title = pathOf(at);
      if (at === here) step.setAttribute("aria-current", "location");
      else if (at >= 0) {
        step.type = "button";
        step.addEventListener("click", () => {
          map.focus();
          go(at);
        });
      }
      item.append(step);
      return item;
    }),
  );
}

function placeOf(event) {
  const box = canvas.getBoundingClientRect();
  return [
    (event.clientX - box.left - view.x) / view.scale, (event.clientY - box.top - view.y) / view.scale,
  ];
}

// The smallest region at a place that can be seen.
function faceAt(from, x, y) {
  let at = from;
  while (view.scale * Math.max(x1[at] - x0[at], y1[at] - y0[at]) >= 3) {
    const below = childAt(at, x, y);
    if (below < 0) break;
    at = below;
  }
  return at;
}

function placeTip(event) {
  const box = map.getBoundingClientRect();
  const left = event.clientX - box.left;
  const top = event.clientY - box.top;
  const x = left + 14 + tip.offsetWidth > box.width ? left - 14 - tip.offsetWidth : left + 14;
  const y = top + 18 + tip.offsetHeight > box.height ? top - 12 - tip.offsetHeight : top + 18;
  tip.style.transform = `translate(${Math.max(x, 0)}px, ${Math.max(y, 0)}px)`;
}

let tipOf = -1;

function showTip(region, event) {
  if (tip.hidden || tipOf !== region) {
    const facts = factsOf(region);
    tip.replaceChildren(
      ...[facts.path, facts.weight, facts.ratio].map((text) => {
        const line = document.createElement("div");
        line.textContent = text;
        return line;
      }),
    );
    tipOf = region;
    tip.hidden = false;
  }
  placeTip(event);
}

map.addEventListener("pointermove", (event) => {
  if (flight) return;
  const [x, y] = placeOf(event);
  const child = contains(here, x, y) ? childAt(here, x, y) : -1;
  if (child !== hovered) {
    hovered = child;
    drawMarks(chosen, hovered);
  }
  if (contains(here, x, y)) showTip(faceAt(child < 0 ? here : child, x, y), event);
  else tip.hidden = true;
});

map.addEventListener("pointerleave", () => {
  tip.hidden = true;
  hovered = -1;
  drawMarks(chosen, hovered);
});

map.addEventListener("click", (event) => {
  const [x, y] = placeOf(event);
  if (!contains(here, x, y)) {
    if (here > 0) go(parent[here]);
    return;
  }
  const child = childAt(here, x, y);
  if (child >= 0) go(child);
});

// The nearest sibling in a direction; what lies to the side counts as twice as far.
function neighbour(from, right, down) {
  const x = 0.5 * (x0[from] + x1[from]);
  const y = 0.5 * (y0[from] + y1[from]);
  let best = -1;
  let least = Infinity;
  for (let c = first[here]; c < first[here] + count[here]; c++) {
    const dx = 0.5 * (x0[c] + x1[c]) - x;
    const dy = 0.5 * (y0[c] + y1[c]) - y;
    const along = right * dx + down * dy;
    const aside = Math.abs(down * dx) + Math.abs(right * dy);
    if (c !== from && along > 0 && along >= 0.5 * aside && along + 2 * aside < least) {
      best = c;
      least = along + 2 * aside;
    }
  }
  return best;
}

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

// Returns whether a key did something.
function press(key, shift) {
  const last = first[here] + count[here] - 1;
  if (key in ARROWS) {
    if (!count[here]) return false;
    const next = chosen < 0 ? first[here] : neighbour(chosen, ...ARROWS[key]);
    if (next >= 0) choose(next);
    return true;
  }
  if (key === "Tab") {
    // Past the last sibling the focus goes on to what comes after the map.
    const next = chosen < 0 ? (shift ? -1 : first[here]) : chosen + (shift ? -1 : 1);
    if (next < first[here] || next > last) return false;
    choose(next);
    return true;
  }
  if (key === "Enter" || key === " ") {
    if (chosen < 0) return false;
    go(chosen, count[chosen] ? first[chosen] : -1);
    return true;
  }
  if (key === "Escape" || key === "Backspace") goUp();
  else if (key === "Home") go(0);
  else return false;
  return true;
}

map.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (press(event.key, event.shiftKey)) event.preventDefault();
});

function writeLegend() {
  if (!given.legend) return;
  const { label, low, high, colours } = given.legend;
  const legend = document.getElementById("legend");
  const bar = document.createElement("i");
  bar.style.background = `linear-gradient(to right, ${colours.join(",")})`;
  legend.append(`${label} ${ratios.format(low)}`, bar, ratios.format(high));
  legend.hidden = false;
}

new ResizeObserver(() => {
  const to = viewOf(here, canvas.clientWidth, canvas.clientHeight);
  if (!to) return;
  cancelAnimationFrame(flight);
  flight = 0;
  Object.assign(view, to);
  redraw();
}).observe(map);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => redraw());

writeLegend();
go(0);
map.focus();
