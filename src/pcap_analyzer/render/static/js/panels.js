// Several panels over one axis of time.

import { island, make, unpackSteps } from "./dom.js";
import { groupOf, onKeys, paintBands, plot, timeAxis, timeScale, told, valueAxis, whenSeen } from "./plot.js";
import { activityColour } from "./theme.js";
import { text } from "./units.js";
import { say } from "./words.js";

const PATTERNED = { loss: "hatch", server: "dots" };

/** A colour, with the sign of its own that it has in bars. */
const fill = (ctx, activity) => {
  const kind = PATTERNED[activity], base = activityColour(activity);
  if (!kind) return base;
  const ratio = window.devicePixelRatio, size = 6 * ratio;
  const tile = document.createElement("canvas");
  tile.width = tile.height = size;
  const brush = tile.getContext("2d");
  brush.fillStyle = base;
  brush.fillRect(0, 0, size, size);
  brush.fillStyle = brush.strokeStyle = "rgba(255, 255, 255, .45)";
  brush.lineWidth = 1.6 * ratio;
  brush.beginPath();
  if (kind === "hatch") {
    for (const shift of [-size, 0, size]) {
      brush.moveTo(shift, size);
      brush.lineTo(shift + size, 0);
    }
    brush.stroke();
  } else {
    brush.arc(size / 2, size / 2, ratio, 0, 7);
    brush.fill();
  }
  return ctx.createPattern(tile, "repeat");
};

const aligned = (panel) => {
  const lines = panel.lines.map((line) => ({ ...line, x: unpackSteps(line.x).slice(0, line.y.length) }));
  const xs = [...new Set(lines.flatMap((line) => line.x))].sort((a, b) => a - b);
  const places = new Map(xs.map((x, index) => [x, index]));
  const columns = lines.map((line) => {
    // Where a panel is stacked, no point means nothing; elsewhere it means not measured.
    const values = new Array(xs.length).fill(line.style === "stack" ? 0 : null);
    line.x.forEach((x, index) => { values[places.get(x)] = line.y[index]; });
    return values;
  });
  return { lines, xs, columns };
};

const paintStack = (panel, xs, columns) => (chart) => {
  const { ctx, bbox } = chart;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  const bases = new Array(xs.length).fill(0);
  panel.lines.forEach((line, at) => {
    ctx.fillStyle = fill(ctx, line.activity);
    xs.forEach((x, index) => {
      const value = columns[at][index];
      if (!value) return;
      const left = chart.valToPos(x, "x", true), right = chart.valToPos(x + panel.width, "x", true);
      const bottom = chart.valToPos(bases[index], "y", true);
      bases[index] += value;
      const top = chart.valToPos(bases[index], "y", true);
      const gap = right - left > 5 ? 1 : 0;
      ctx.fillRect(left, top, Math.max(1, right - left - gap), bottom - top);
    });
  });
  ctx.restore();
};

/** Steps: each point holds for the width of the panel, and joins the next where that follows at once. */
const paintLines = (panel, lines) => (chart) => {
  const { ctx, bbox } = chart, ratio = window.devicePixelRatio;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  const zero = chart.valToPos(0, "y", true);
  for (const { x, y, activity, style, dashed } of lines) {
    ctx.strokeStyle = ctx.fillStyle = activityColour(activity);
    ctx.lineWidth = 1.5 * ratio;
    ctx.setLineDash(dashed ? [4 * ratio, 3 * ratio] : []);
    const path = new Path2D(), area = new Path2D();
    let before = null;
    x.forEach((at, index) => {
      const left = chart.valToPos(at, "x", true), right = Math.max(left + ratio, chart.valToPos(at + panel.width, "x", true));
      const top = chart.valToPos(y[index], "y", true);
      if (before !== null && at <= before + panel.width * 1.01) path.lineTo(left, top);
      else {
        path.moveTo(left, top);
        // A step that stands alone on a long axis would hardly be seen.
        if (right - left < 4 * ratio) ctx.fillRect((left + right - 4 * ratio) / 2, top - 2 * ratio, 4 * ratio, 4 * ratio);
      }
      path.lineTo(right, top);
      area.rect(left, top, right - left, zero - top);
      before = at;
    });
    ctx.stroke(path);
    if (style !== "area") continue;
    ctx.globalAlpha = 0.14;
    ctx.fill(area);
    ctx.globalAlpha = 1;
  }
  ctx.restore();
};

const drawPanel = (holder, panel, group, data, last, cursor) => {
  const { lines, xs, columns } = aligned(panel);
  const stacked = panel.lines.some((line) => line.style === "stack");
  const sums = xs.map((_, index) => columns.reduce((sum, column) => sum + (column[index] ?? 0), 0));
  const most = Math.max(...(stacked ? sums : columns.flat().map((value) => value ?? 0)), 0);
  const chart = plot(holder, group, Math.max(last ? 122 : 96, holder.clientHeight), {
    scales: { x: timeScale(group), y: { range: () => [0, most * 1.08 || 1] } },
    axes: [timeAxis(data.origin, last), valueAxis(panel.unit)],
    series: [{}, { paths: () => null, points: { show: false } }],
    cursor: { drag: { x: true, y: false, setScale: false }, sync: { key: group.key, setSeries: false }, y: false, points: { show: false } },
    hooks: {
      drawClear: [(self) => paintBands(self, data.bands, false)],
      draw: [stacked ? paintStack(panel, xs, columns) : paintLines(panel, lines)],
      setCursor: [(self) => cursor(self)],
    },
  }, [[group.start, group.end], [null, null]]);
  return { chart, xs, columns };
};

const said = (panels, drawn, at) => panels.map((panel, number) => {
  const { xs, columns } = drawn[number];
  const index = xs.findLastIndex((x) => x <= at);
  if (index < 0 || at >= xs[index] + panel.width) return "";
  const parts = panel.lines.map((line, column) => [line.label, columns[column][index]])
    .filter(([, value], _, all) => value !== null && (value !== 0 || all.length === 1));
  return parts.length ? `${panel.title} ${parts.map(([label, value]) =>
    panel.lines.length > 1 ? `${label} ${text(value, panel.unit)}` : text(value, panel.unit)).join(", ")}` : "";
}).filter(Boolean).join(" · ");

const table = (data, panels, drawn) => {
  const head = make("tr", {}, make("th", { scope: "col" }, say("Time")));
  const columns = [];
  panels.forEach((panel, number) => panel.lines.forEach((line, at) => {
    head.append(make("th", { scope: "col" }, panel.lines.length > 1 ? `${panel.title}, ${line.label}` : panel.title));
    columns.push((x) => {
      const index = drawn[number].xs.indexOf(x);
      return index < 0 ? "" : text(drawn[number].columns[at][index], panel.unit);
    });
  }));
  const times = [...new Set(drawn.flatMap(({ xs }) => xs))].sort((a, b) => a - b);
  const rows = times.map((x) => make("tr", {},
    make("td", {}, told(x, data.origin)), ...columns.map((value) => make("td", {}, value(x)))));
  return make("table", {}, make("thead", {}, head), make("tbody", {}, ...rows));
};

let count = 0;

const draw = (element, data) => {
  const group = groupOf(element, data.start, data.end);
  group.key ??= `group-${count += 1}`;
  const readout = element.querySelector(".readout"), before = readout.textContent;
  const drawn = [];
  const cursor = (chart) => {
    const left = chart.cursor.left;
    if (left === null || left < 0) {
      readout.textContent = before;
      return;
    }
    const at = chart.posToVal(left, "x");
    readout.textContent = say("{label}: {text}", { label: told(at, data.origin), text: said(data.panels, drawn, at) });
  };
  element.querySelectorAll(".plot").forEach((holder, index) => {
    drawn.push(drawPanel(holder, data.panels[index], group, data, index === data.panels.length - 1, cursor));
    onKeys(holder, group);
  });
  const values = element.querySelector(".values");
  values.addEventListener("toggle", () => {
    const place = values.querySelector("div");
    if (values.open && !place.firstChild) place.append(table(data, data.panels, drawn));
  });
};

export const startPanels = () => document.querySelectorAll("[data-panels]").forEach((element) => {
  const data = island(element);
  whenSeen(element, () => draw(element, data));
});
