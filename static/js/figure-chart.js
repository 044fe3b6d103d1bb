// Draws what its table says. Each `.chart` inside names columns of the table (data-columns: a drawing over its rows, the
// newest of which come first) or one row (data-rows: a drawing over its cells). The table is the figure: the drawing is
// out of reach for screen readers, and a cell without a number is a gap in it.

import uPlot from "uplot";
import { number } from "words";

const HEIGHT = 220; // px
const LABEL = 80; // px between labels below
const WHOLE = [1, 2, 5].flatMap((step) => Array.from({ length: 12 }, (_, zeros) => step * 10 ** zeros)).sort((a, b) => a - b);

class FigureChart extends HTMLElement {
  #drawings = [];
  #resized = new ResizeObserver(() => this.#fit());
  #dark = matchMedia("(prefers-color-scheme: dark)");
  #themed = new MutationObserver(() => this.#draw());
  #draw = () => {
    this.#erase();
    this.#drawings = [...this.querySelectorAll(".chart")].map((box) => new Drawing(box, this.querySelector("table")));
  };

  connectedCallback() {
    this.#draw();
    this.#resized.observe(this);
    this.#dark.addEventListener("change", this.#draw);
    this.#themed.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  }

  disconnectedCallback() {
    this.#resized.disconnect();
    this.#dark.removeEventListener("change", this.#draw);
    this.#themed.disconnect();
    this.#erase();
  }

  #fit() {
    for (const drawing of this.#drawings) drawing.fit();
  }

  #erase() {
    for (const drawing of this.#drawings) drawing.erase();
    this.#drawings = [];
  }
}

class Drawing {
  #box;
  #plot;
  #said;
  #figures;

  constructor(box, table) {
    this.#box = box;
    this.#figures = box.dataset.rows ? row(table, box.dataset.rows) : columns(table, box.dataset.columns);
    box.hidden = false;
    box.setAttribute("aria-hidden", "true");
    box.dir = "ltr"; // the library places by left; time runs as the page reads all the same
    this.#plot = new uPlot(this.#options(), data(this.#figures), box);
    this.#said = box.appendChild(document.createElement("p"));
    this.#said.className = "chart__said";
    this.#say(null);
  }

  fit() {
    this.#plot.setSize({ width: this.#box.clientWidth, height: HEIGHT });
  }

  erase() {
    this.#plot.destroy();
    this.#said.remove();
  }

  #options() {
    const look = colours(this.#box);
    const font = `12px ${getComputedStyle(this.#box).fontFamily}`;
    const axis = { stroke: look.text, font, ticks: { show: false } };
    const { labels, series } = this.#figures;
    return {
      width: this.#box.clientWidth,
      height: HEIGHT,
      legend: { show: false },
      padding: [24, 8, 0, 0],
      cursor: { y: false, drag: { setScale: false, x: false, y: false } },
      scales: {
        x: { time: false, dir: document.dir === "rtl" ? -1 : 1, range: (_, low, high) => [low - 0.6, high + 0.6] },
        y: { range: (_, low, high) => uPlot.rangeNum(Math.min(0, low ?? 0), Math.max(0, high ?? 0) || 1, zeroBased) },
      },
      axes: [
        { ...axis, grid: { show: false }, space: LABEL, incrs: WHOLE, values: (_, at) => at.map((n) => labels[n] ?? "") },
        { ...axis, grid: { stroke: look.line, width: 1 }, incrs: WHOLE, size: widest, values: (_, at) => at.map((n) => this.#amount(Math.abs(n))) },
      ],
      series: [{}, ...series.map((each) => shapes[each.shape](look, each))],
      hooks: {
        draw: [(plot) => name(plot, series, look, font)],
        setCursor: [(plot) => this.#said && this.#say(plot.cursor.idx)],
      },
    };
  }

  #say(at) {
    const { labels, series } = this.#figures;
    const index = at ?? series[0].values.findLastIndex((value) => value !== null);
    const parts = series.filter((each) => each.values[index] !== null && each.values[index] !== undefined);
    const said = parts.map((each) => `${each.name} ${this.#amount(Math.abs(each.values[index]))}`);
    this.#said.textContent = said.length ? `${labels[index]}: ${said.join(" · ")}` : "\u00a0";
  }

  #amount(value) {
    return "percent" in this.#box.dataset ? `${number(value)}%` : number(value);
  }
}

const zeroBased = { min: { mode: 2, soft: 0, pad: 0.05 }, max: { mode: 2, soft: 0, pad: 0.1 } };

// --- What the table says ------------------------------------------------------------------------------------------

function columns(table, names) {
  const rows = [...table.tBodies[0].rows].reverse();
  const heads = [...table.tHead.rows[0].cells];
  const wanted = names.split(" ").flatMap((name) => heads.filter((head) => head.dataset.column === name));
  const series = wanted.map((head) => ({
    name: head.textContent.trim(),
    shape: head.dataset.shape,
    values: rows.map((each) => value(each.cells[heads.indexOf(head)], head.dataset.shape)),
  }));
  const usual = wanted.filter((head) => head.dataset.usual).map((head) => ({
    name: head.dataset.usualName,
    shape: "beside",
    values: rows.map(() => Number(head.dataset.usual)),
  }));
  return { labels: rows.map(({ cells }) => cells[0].dataset.label ?? cells[0].textContent.trim()), series: [...series, ...usual] };
}

function row(table, name) {
  const heads = [...table.tHead.rows[0].cells];
  const cells = [...table.querySelector(`[data-row="${name}"]`).cells];
  const drawn = heads.map((head, n) => [head, cells[n]]).filter(([head]) => head.dataset.label);
  return {
    labels: drawn.map(([head]) => head.textContent.trim()),
    series: [{ name: cells[0].textContent.trim(), shape: "line", values: drawn.map(([, cell]) => value(cell, "line")) }],
  };
}

function value(cell, shape) {
  const said = cell?.dataset.value;
  if (said === undefined) return null;
  return shape.startsWith("down") ? -said : Number(said);
}

function data({ labels, series }) {
  return [labels.map((_, n) => n), ...series.map((each) => each.values)];
}

// --- How it is drawn: told apart by shape, not by colour alone -------------------------------------------------------

const bars = uPlot.paths.bars({ size: [0.72, 48] });
const steps = uPlot.paths.stepped({ align: 1 });
const dots = { show: (plot, series) => plot.data[series].filter((each) => each !== null).length < 2 };

const shapes = {
  line: (look) => ({ stroke: look.accent, width: 2, points: dots }),
  beside: (look) => ({ stroke: look.text, width: 2, dash: [2, 5], cap: "round", points: dots }),
  up: (look) => ({ fill: look.accent, width: 0, paths: bars, points: { show: false } }),
  down: (look) => ({ stroke: look.text, fill: () => stripes(look.text), width: 1, paths: bars, points: { show: false } }),
  "up-beside": (look) => ({ stroke: look.text, width: 2, dash: [2, 5], cap: "round", paths: steps, points: dots }),
  "down-beside": (look) => ({ stroke: look.text, width: 2, dash: [2, 5], cap: "round", paths: steps, points: dots }),
};

function stripes(colour) {
  const tile = document.createElement("canvas");
  tile.width = tile.height = 8;
  const pen = tile.getContext("2d");
  pen.strokeStyle = colour;
  pen.beginPath();
  for (const from of [-8, 0, 8]) {
    pen.moveTo(from, 8);
    pen.lineTo(from + 8, 0);
  }
  pen.stroke();
  return pen.createPattern(tile, "repeat");
}

// Each name stands at what it names: above gains, below losses, at the end of a line, at the beginning of the one beside.
function name(plot, series, look, font) {
  const { ctx: pen, bbox } = plot;
  const scale = devicePixelRatio;
  pen.save();
  pen.font = font.replace("12px", `${12 * scale}px`);
  pen.fillStyle = look.strong;
  pen.strokeStyle = look.ground; // around the letters, where they stand on what is drawn
  pen.lineWidth = 4 * scale;
  pen.lineJoin = "round";
  for (const { name: words, shape, values } of series) {
    const late = shape === "line" || shape === "up" || shape === "down";
    const at = late ? values.findLastIndex((each) => each !== null) : values.findIndex((each) => each !== null);
    if (at < 0) continue;
    const top = shape.startsWith("down") ? bbox.top + bbox.height - 6 * scale : bbox.top - 8 * scale;
    const onLine = shape === "line" || shape === "beside";
    const y = onLine ? Math.max(top, plot.valToPos(values[at], "y", true) - 8 * scale) : top;
    const end = late !== (document.dir === "rtl");
    pen.textAlign = end ? "right" : "left";
    const x = end ? bbox.left + bbox.width : bbox.left;
    pen.strokeText(words, x, y);
    pen.fillText(words, x, y);
  }
  pen.restore();
}

function widest(plot, values) {
  const longest = (values ?? []).reduce((one, other) => (other.length > one.length ? other : one), "");
  return Math.max(40, 16 + 7 * longest.length); // half of a label below fits in
}

function colours(box) {
  const { color, caretColor, borderTopColor, textDecorationColor } = getComputedStyle(box);
  const ground = getComputedStyle(document.body).backgroundColor;
  return { text: color, accent: caretColor, line: borderTopColor, strong: textDecorationColor, ground };
}

customElements.define("figure-chart", FigureChart);
