
"use strict";
// What can a reader do with the entries? Search, narrow, open, and follow links. Texts of entries become text nodes, never markup.

const data = JSON.parse(document.getElementById("data").textContent);
const entries = data.entries.map((row) => Object.fromEntries(data.fields.map((name, at) => [name, row[at]])));
const by = (id) => document.getElementById(id);
const seen = new Set(), twins = new Set(); // titles, and those that several entries have
for (const one of entries) (seen.has(one.title) ? twins : seen).add(one.title);
const PAGE = 50, PIECE = 160;

// -- building ------------------------------------------------------------------------------------------------------------------

function make(tag, name, ...children) {
  const made = document.createElement(tag);
  if (name) made.className = name;
  made.append(...children);
  return made;
}

function link(text, act) {
  const made = make("a", "", text);
  made.href = "#entries";
  made.addEventListener("click", (event) => { event.preventDefault(); act(); });
  return made;
}

function option(value, text) {
  const made = make("option", "", text);
  made.value = value;
  return made;
}

function address(text) { // an http or https address as a link, anything else as the text that it is
  let url = null;
  try { url = new URL(text); } catch { return document.createTextNode(text); }
  if (url.protocol !== "http:" && url.protocol !== "https:") return document.createTextNode(text);
  const made = make("a", "", text);
  made.href = url.href;
  made.rel = "noopener noreferrer";
  made.referrerPolicy = "no-referrer";
  return made;
}

function addressed(text) {
  return text.split(/(\bhttps?:\/\/[^\s<>"'`\\)\]}]+)/).map((part, at) => (at % 2 ? address(part) : part));
}

function marked(text, words) {
  if (!words.length) return [text];
  const any = new RegExp("(" + words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|") + ")", "giu");
  return text.split(any).map((part, at) => (at % 2 ? make("mark", "", part) : part));
}

// -- searching -----------------------------------------------------------------------------------------------------------------

const ASCII = /^[\x00-\x7f]*$/;
const fold = (text) => (ASCII.test(text) ? text : text.normalize("NFKD").replace(/\p{M}+/gu, "")).toLowerCase();
let titles = null, texts = null;

function prepare() {
  if (titles) return;
  titles = entries.map((one) => fold(one.title));
  texts = entries.map((one, at) => [titles[at], fold(one.tags.map((tag) => "#" + tag).join(" ")), one.id, fold(one.path), fold(one.text)].join("\n"));
}

const ORDERS = {
  new: (a, b) => a - b,
  known: (a, b) => entries[a].known - entries[b].known || a - b,
  title: (a, b) => entries[a].title.localeCompare(entries[b].title) || a - b,
};
let only = -1, found = [], limit = PAGE;

function search() {
  const words = fold(by("q").value).split(/\s+/).filter(Boolean);
  const type = by("type").value, state = by("state").value, period = data.periods[by("period").value];
  if (words.length) prepare();
  const first = [], rest = [];
  for (let at = 0; at < entries.length; at++) {
    const one = entries[at];
    if (only >= 0 && at !== only || type && one.type !== type || state && one.state !== state) continue;
    if (period && !(one.day >= period[1] && one.day <= period[2])) continue;
    if (!words.every((word) => texts[at].includes(word))) continue;
    (words.length && words.every((word) => titles[at].includes(word)) ? first : rest).push(at);
  }
  const order = ORDERS[by("order").value];
  found = [...first.sort(order), ...rest.sort(order)];
  limit = PAGE;
  draw(words);
}

function draw(words) {
  by("list").replaceChildren(...found.slice(0, limit).map((at) => item(at, words)));
  const all = entries.length, many = `${found.length.toLocaleString("en")} of ${all.toLocaleString("en")} entries`;
  by("status").replaceChildren(only >= 0 ? "One entry. " : found.length ? (found.length === all ? `All ${all.toLocaleString("en")} entries` : many)
    : "Nothing found. Try fewer or shorter words.");
  if (only >= 0) by("status").append(link("Show all", () => clear()));
  by("more").hidden = found.length <= limit;
  by("more").textContent = `Show more (${(found.length - limit).toLocaleString("en")} left)`;
}

// -- one entry -----------------------------------------------------------------------------------------------------------------

function item(at, words) {
  const one = entries[at], made = make("details"), top = make("summary");
  top.append(make("span", "title", ...marked(one.title, words)), make("span", "meta", [one.day, one.type, one.state].filter(Boolean).join(" \u00b7 ")));
  if (twins.has(one.title)) top.append(make("span", "piece", one.path));
  const piece = words.length ? around(one.text, words) : "";
  if (piece) top.append(make("span", "piece", ...marked(piece, words)));
  made.dataset.at = at;
  made.append(top);
  made.addEventListener("toggle", () => made.open && fill(made, at));
  return made;
}

function around(text, words) { // the piece of a text in which a word stands first
  const low = text.toLowerCase();
  const places = words.map((word) => low.indexOf(word)).filter((place) => place >= 0);
  if (!places.length) return "";
  const start = Math.max(Math.min(...places) - 40, 0);
  const piece = text.slice(start, start + PIECE).replace(/\s+/g, " ").toWellFormed?.() ?? text.slice(start, start + PIECE);
  return (start ? "\u2026 " : "") + piece + (start + PIECE < text.length ? " \u2026" : "");
}

function fill(made, at) {
  if (made.children.length > 1) return;
  const one = entries[at], body = make("div", "body");
  if (one.text) body.append(make("div", "text", ...addressed(one.text + (one.cut ? " \u2026 (cut here)" : ""))));
  if (one.tags.length) body.append(make("p", "facts", one.tags.map((tag) => "#" + tag).join(" ")));
  body.append(make("p", "facts", `known ${Math.round(one.known * 100)} %, needed ${Math.round(one.need * 100)} % \u00b7 ${one.id.slice(-6)} \u00b7 ${one.path}`));
  if (one.uri) body.append(make("p", "facts", "from ", address(one.uri)));
  const near = make("ul");
  for (const [a, b, rel] of data.links) {
    if (a !== at && b !== at) continue;
    const other = a === at ? b : a;
    near.append(make("li", "", a === at ? "\u2192 " : "\u2190 ", rel === "link" ? "" : rel + ": ", link(entries[other].title, () => open(other))));
  }
  if (near.children.length) body.append(near);
  made.append(body);
}

function clear(one = -1) { // no filter but, where it is given, one entry
  by("filters").reset();
  only = one;
  search();
}

function open(at) {
  clear(at);
  const made = by("list").firstElementChild;
  made.open = true;
  fill(made, at);
  by("entries").scrollIntoView();
  made.firstElementChild.focus({ preventScroll: true });
}

// -- at the beginning ----------------------------------------------------------------------------------------------------------

function choices(id, all, values) {
  by(id).append(option("", all), ...values.map(([value, text]) => option(value, text)));
}

function begin() {
  document.documentElement.classList.add("on");
  const types = [...new Set(entries.map((one) => one.type))].sort(), there = new Set(entries.map((one) => one.state));
  choices("type", "any", types.map((type) => [type, type]));
  choices("state", "any", data.states.filter((state) => there.has(state)).map((state) => [state, state]));
  const full = data.periods.map((period, at) => [at, period[0]]).filter(([at]) => entries.some((one) => one.day >= data.periods[at][1] && one.day <= data.periods[at][2]));
  choices("period", "any time", full.reverse());
  by("filters").addEventListener("submit", (event) => event.preventDefault());
  by("filters").addEventListener("input", () => { only = -1; search(); });
  by("clear").addEventListener("click", () => { clear(); by("q").focus(); });
  by("more").addEventListener("click", () => { limit += PAGE * 4; draw(fold(by("q").value).split(/\s+/).filter(Boolean)); });
  for (const cell of document.querySelectorAll("[data-e]")) cell.replaceChildren(link(cell.textContent, () => open(Number(cell.dataset.e))));
  for (const bar of document.querySelectorAll("#periods g")) {
    bar.addEventListener("click", () => { clear(); by("period").value = bar.dataset.p; search(); by("entries").scrollIntoView(); });
  }
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) { event.preventDefault(); by("q").focus(); }
  });
  search();
  setTimeout(prepare, 200);
}

begin();
