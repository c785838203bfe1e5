
// How do the entries hang together? The most linked ones as a graph, laid out by forces from fixed places, so that it looks the same each time.

const SVG = "http://www.w3.org/2000/svg";
const ROUNDS = 250, LABELS = 16, LETTERS = 26, HUBS = 4; // the names of the first four may lie on others' dots

function shape(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

function laid(count, edges, wide, high) { // Fruchterman and Reingold 1991, with a pull to the middle for parts that hang on nothing
  const x = [], y = [], near = Math.sqrt((wide * high) / Math.max(count, 1)) * 0.8;
  for (let at = 0; at < count; at++) { // a sunflower: the most linked in the middle
    const turn = at * 2.399963, far = 0.5 * Math.sqrt((at + 0.5) / count);
    x.push(wide * (0.5 + far * Math.cos(turn)));
    y.push(high * (0.5 + far * Math.sin(turn)));
  }
  for (let round = 0; round < ROUNDS; round++) {
    const dx = new Array(count).fill(0), dy = new Array(count).fill(0), heat = wide * 0.08 * (1 - round / ROUNDS) + 0.5;
    const push = (a, b, force, sx, sy) => { dx[a] += sx * force; dy[a] += sy * force; dx[b] -= sx * force; dy[b] -= sy * force; };
    for (let a = 0; a < count; a++) {
      for (let b = a + 1; b < count; b++) {
        const sx = x[a] - x[b], sy = y[a] - y[b], square = Math.max(sx * sx + sy * sy, 0.01);
        push(a, b, (near * near) / square, sx, sy);
      }
    }
    for (const [a, b] of edges) {
      const sx = x[a] - x[b], sy = y[a] - y[b];
      push(a, b, -Math.sqrt(sx * sx + sy * sy) / near, sx, sy);
    }
    for (let at = 0; at < count; at++) {
      dx[at] += (wide / 2 - x[at]) * 0.6;
      dy[at] += (high / 2 - y[at]) * 0.6 * (wide / high);
      const far = Math.hypot(dx[at], dy[at]) || 1, step = Math.min(far, heat) / far;
      x[at] += dx[at] * step;
      y[at] += dy[at] * step;
    }
  }
  return [spread(x, 14, wide - 14), spread(y, 14, high - 18)];
}

function spread(values, low, high) {
  const least = Math.min(...values), most = Math.max(...values);
  return values.map((value) => (most > least ? low + ((value - least) / (most - least)) * (high - low) : (low + high) / 2));
}

function short(text) {
  const letters = Array.from(text);
  return letters.length > LETTERS ? letters.slice(0, LETTERS - 1).join("") + "\u2026" : text;
}

function labelled(svg, names, x, y, sizes, wide, high) { // names where there is room for them, the most linked first
  const dots = x.map((at, node) => [at - sizes[node], y[node] - sizes[node], at + sizes[node], y[node] + sizes[node]]), taken = [];
  for (let node = 0, drawn = 0; node < names.length && drawn < LABELS; node++) {
    const width = Array.from(names[node]).length * 6.6, left = Math.min(Math.max(x[node] - width / 2, 2), wide - width - 2);
    for (const top of [y[node] + sizes[node] + 2, y[node] - sizes[node] - 16]) {
      const box = [left, top, left + width, top + 14];
      const meets = (other) => box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3];
      if (top < 0 || top > high - 15 || taken.some(meets) || (node >= HUBS && dots.some(meets))) continue;
      taken.push(box);
      const text = shape("text", { x: left + width / 2, y: top + 11, "text-anchor": "middle" });
      text.textContent = names[node];
      svg.append(text);
      drawn++;
      break;
    }
  }
}

function graph(place) {
  const nodes = data.drawn, at = new Map(nodes.map((entry, node) => [entry, node]));
  const edges = data.links.filter(([a, b]) => at.has(a) && at.has(b)).map(([a, b]) => [at.get(a), at.get(b)]);
  const degree = new Array(nodes.length).fill(0), beside = nodes.map(() => new Set());
  for (const [a, b] of edges) { degree[a]++; degree[b]++; beside[a].add(b); beside[b].add(a); }
  const wide = Math.max(place.clientWidth, 280), high = Math.round(Math.min(Math.max(wide * 0.8, 300), 460));
  const [x, y] = laid(nodes.length, edges, wide, high);
  const sizes = degree.map((links) => 4 + 2 * Math.sqrt(links));
  const svg = shape("svg", { viewBox: `0 0 ${wide} ${high}`, tabindex: 0, role: "application", "aria-label": "Graph of links. Arrow keys go from entry to entry, Enter opens one." });
  const lines = edges.map(([a, b]) => shape("line", { x1: x[a], y1: y[a], x2: x[b], y2: y[b] }));
  const dots = nodes.map((entry, node) => shape("circle", { cx: x[node], cy: y[node], r: sizes[node], class: "s-" + entries[entry].state }));
  const told = make("p", "note", "");
  told.id = "told";
  told.setAttribute("role", "status");
  let chosen = -1;
  function choose(node) {
    chosen = node;
    dots.forEach((dot, other) => dot.classList.toggle("near", node >= 0 && (other === node || beside[node].has(other))));
    lines.forEach((line, edge) => line.classList.toggle("near", edges[edge].includes(node)));
    told.textContent = node < 0 ? "Point at an entry to see its links; choose it to read it." :
      `${entries[nodes[node]].title}: ${[...beside[node]].slice(0, 6).map((other) => entries[nodes[other]].title).join("; ")}`;
  }
  dots.forEach((dot, node) => {
    dot.addEventListener("pointerenter", () => choose(node));
    dot.addEventListener("click", () => open(nodes[node]));
  });
  svg.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (step) choose((Math.max(chosen, step < 0 ? 0 : -1) + step + nodes.length) % nodes.length);
    if (event.key === "Enter" && chosen >= 0) open(nodes[chosen]);
    if (step || event.key === "Enter") event.preventDefault();
  });
  svg.append(...lines, ...dots);
  labelled(svg, nodes.map((entry) => short(entries[entry].title)), x, y, sizes, wide, high);
  choose(-1);
  place.replaceChildren(svg, told);
}

function drawGraph() {
  const place = document.getElementById("graph");
  if (!place) return;
  let wide = 0;
  new ResizeObserver(() => {
    if (place.clientWidth && Math.abs(place.clientWidth - wide) > 8) { wide = place.clientWidth; requestAnimationFrame(() => graph(place)); }
  }).observe(place);
}

drawGraph();
