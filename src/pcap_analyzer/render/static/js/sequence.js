// The time–sequence graph: what was sent, acknowledged and allowed, with its overview above.

import { island, unpackSparse, unpackSteps } from "./dom.js";
import { groupOf, onKeys, paintBands, plot, reset, show, timeAxis, timeScale, told, valueAxis, whenSeen } from "./plot.js";
import { activityColour, colour } from "./theme.js";
import { text } from "./units.js";
import { say } from "./words.js";

const MARKS = {
  fast: { colour: "c-slowed", form: "diamond", full: true },
  timeout: { colour: "c-loss", form: "triangle", full: true },
  needless: { colour: "c-slowed", form: "diamond", full: false },
  reordered: { colour: "c-moving", form: "circle", full: false },
  copy: { colour: "ink-3", form: "square", full: false },
  probe: { colour: "c-server", form: "square", full: true },
};

const trace = (ctx, form, x, y, size) => {
  ctx.beginPath();
  if (form === "circle") ctx.arc(x, y, size, 0, 7);
  else if (form === "square") ctx.rect(x - size * 0.8, y - size * 0.8, size * 1.6, size * 1.6);
  else {
    ctx.moveTo(x, y - size * 1.2);
    ctx.lineTo(x + size, form === "diamond" ? y : y + size * 0.8);
    if (form === "diamond") ctx.lineTo(x, y + size * 1.2);
    ctx.lineTo(x - size, form === "diamond" ? y : y + size * 0.8);
    ctx.closePath();
  }
};

const unpack = (data) => {
  const starts = unpackSteps(data.starts), lows = unpackSteps(data.lows), frames = unpackSteps(data.frames);
  const lengths = unpackSparse(data.lengths), counts = unpackSparse(data.counts), classes = unpackSparse(data.classes);
  const marks = data.sizes.map((size, index) => ({
    start: starts[index], end: starts[index] + lengths[index], low: lows[index], high: lows[index] + size,
    frame: frames[index], count: counts[index], kind: data.kinds[classes[index]],
  }));
  const acks = unpackSteps(data.acks), edges = unpackSteps(data.edges), spreads = unpackSparse(data.spreads);
  const steps = unpackSteps(data.times).slice(0, spreads.length).map((at, index) => {
    const low = acks[index] + edges[index];
    return { at, ack: acks[index], low, high: low + spreads[index] };
  });
  const sackTimes = unpackSteps(data.sackTimes), sackLows = unpackSteps(data.sackLows);
  const sacks = data.sackSizes.map((size, index) => ({ at: sackTimes[index], low: sackLows[index], high: sackLows[index] + size }));
  return { ...data, marks, steps, sacks };
};

const visible = (items, from, to, start = "at", end = start) => items.filter((item) => item[end] >= from && item[start] <= to);

/** The lowest and highest number within the range of time that is shown. */
const bounds = (data, group, hidden) => {
  const marks = visible(data.marks, group.from, group.to, "start", "end").filter((mark) => !hidden.has(mark.kind.role));
  const steps = visible(data.steps, group.from, group.to);
  const numbers = marks.flatMap((mark) => [mark.low, mark.high]).concat(steps.map((step) => step.ack));
  if (!numbers.length) return [0, 1];
  let low = Math.min(...numbers), high = Math.max(...numbers);
  const room = (high - low) * 0.08 || 1;
  // The edge of the window may be far above: it widens the graph by as much again at most.
  const edges = hidden.has("window") ? [] : steps.map((step) => step.high);
  const edge = Math.max(high, ...edges);
  high = Math.min(edge, high + (high - low) * 1.0 + room);
  return [low - room, high + room];
};

const paintSteps = (chart, steps, value, style) => {
  const { ctx } = chart, ratio = window.devicePixelRatio;
  ctx.strokeStyle = colour(style.colour);
  ctx.lineWidth = style.width * ratio;
  ctx.setLineDash((style.dash ?? []).map((part) => part * ratio));
  ctx.beginPath();
  let before = null;
  for (const step of steps) {
    const x = chart.valToPos(step.at, "x", true), y = chart.valToPos(value(step), "y", true);
    if (before === null) ctx.moveTo(x, y);
    else {
      ctx.lineTo(x, before);
      ctx.lineTo(x, y);
    }
    before = y;
  }
  ctx.stroke();
  ctx.setLineDash([]);
};

const paintSacks = (chart, sacks) => {
  const { ctx } = chart;
  ctx.strokeStyle = activityColour("server");
  ctx.globalAlpha = 0.55;
  ctx.lineWidth = 1.6 * window.devicePixelRatio;
  ctx.beginPath();
  for (const { at, low, high } of sacks) {
    const x = chart.valToPos(at, "x", true);
    ctx.moveTo(x, chart.valToPos(low, "y", true));
    ctx.lineTo(x, chart.valToPos(high, "y", true));
  }
  ctx.stroke();
  ctx.globalAlpha = 1;
};

const paintData = (chart, marks) => {
  const { ctx } = chart, ratio = window.devicePixelRatio;
  ctx.strokeStyle = activityColour("moving");
  ctx.lineWidth = 2.2 * ratio;
  ctx.beginPath();
  for (const mark of marks) {
    const left = chart.valToPos(mark.start, "x", true), right = chart.valToPos(mark.end, "x", true);
    const bottom = chart.valToPos(mark.low, "y", true), top = chart.valToPos(mark.high, "y", true);
    ctx.moveTo(left, bottom);
    ctx.lineTo(right, Math.abs(top - bottom) < 2 * ratio ? bottom - 2 * ratio : top);
  }
  ctx.stroke();
};

const paintForms = (chart, marks) => {
  const { ctx } = chart, ratio = window.devicePixelRatio;
  for (const mark of marks) {
    const look = MARKS[mark.kind.role];
    const x = chart.valToPos(mark.start, "x", true), y = chart.valToPos((mark.low + mark.high) / 2, "y", true);
    trace(ctx, look.form, x, y, 5 * ratio);
    ctx.lineWidth = (look.full ? 1 : 1.6) * ratio;
    ctx.fillStyle = colour(look.full ? look.colour : "surface");
    ctx.strokeStyle = colour(look.full ? "surface" : look.colour);
    ctx.fill();
    ctx.stroke();
  }
};

const paint = (data, group, hidden) => (chart) => {
  const { ctx, bbox } = chart;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  const steps = data.steps;
  if (!hidden.has("window")) {
    paintSteps(chart, steps, (step) => step.high, { colour: "c-window", width: 1.4, dash: [5, 3] });
    if (steps.some((step) => step.low < step.high)) {
      paintSteps(chart, steps, (step) => step.low, { colour: "c-window", width: 0.8, dash: [1, 3] });
    }
  }
  if (!hidden.has("sack")) paintSacks(chart, visible(data.sacks, group.from, group.to));
  if (!hidden.has("ack")) paintSteps(chart, steps, (step) => step.ack, { colour: "ink-2", width: 1.3 });
  const marks = visible(data.marks, group.from, group.to, "start", "end").filter((mark) => !hidden.has(mark.kind.role));
  paintData(chart, marks.filter((mark) => mark.kind.role === "data"));
  paintForms(chart, marks.filter((mark) => mark.kind.role !== "data"));
  ctx.restore();
};

const nearest = (chart, data, group, hidden) => {
  const { left, top } = chart.cursor;
  let best = null, distance = 40 * 40;
  for (const mark of visible(data.marks, group.from, group.to, "start", "end")) {
    if (hidden.has(mark.kind.role)) continue;
    const x = chart.valToPos(mark.start, "x") - left, y = chart.valToPos((mark.low + mark.high) / 2, "y") - top;
    // What is no ordinary data is meant when both are near.
    const away = (x * x + y * y) * (mark.kind.role === "data" ? 1 : 0.25);
    if (away < distance) [best, distance] = [mark, away];
  }
  return best;
};

const describe = (mark, data) => {
  const what = mark.count > 1
    ? say("{count} segments from frame {frame}", { count: text(mark.count, "count"), frame: mark.frame })
    : say("frame {number}", { number: mark.frame });
  const { label, reason } = mark.kind;
  return `${told(mark.start, data.origin)} · ${what} · seq ${text(mark.low, "count")} · `
    + `len ${text(mark.high - mark.low, "count")} · ${reason ? say("{label}: {text}", { label, text: reason }) : label}`;
};

const drawOverview = (holder, data, group) => {
  const marks = data.marks.filter((mark) => mark.kind.role !== "data");
  const place = (chart) => {
    const left = chart.valToPos(group.from, "x"), right = chart.valToPos(group.to, "x");
    const whole = group.from <= group.start && group.to >= group.end;
    chart.setSelect(whole ? { left: 0, width: 0, top: 0, height: 0 }
      : { left, width: right - left, top: 0, height: chart.over.clientHeight }, false);
  };
  const chart = plot(holder, group, 64, {
    overview: true, padding: [6, 12, 0, 0],
    scales: { x: { time: false, range: () => [group.start, group.end] }, y: { range: () => bounds(data, { from: group.start, to: group.end }, new Set(["window"])) } },
    axes: [{ show: false }, { ...valueAxis("bytes"), grid: { show: false }, values: (_, splits) => splits.map(() => "") }],
    series: [{}, { paths: () => null }],
    cursor: { drag: { x: true, y: false, setScale: false }, y: false, points: { show: false } },
    selects: (self) => {
      if (self.select.width >= 4) {
        show(group, self.posToVal(self.select.left, "x"), self.posToVal(self.select.left + self.select.width, "x"));
      }
    },
    hooks: {
      draw: [(self) => {
        const { ctx, bbox } = self, ratio = window.devicePixelRatio;
        paintData(self, data.marks.filter((mark) => mark.kind.role === "data"));
        for (const mark of marks) {
          ctx.fillStyle = colour(MARKS[mark.kind.role].colour);
          ctx.fillRect(self.valToPos(mark.start, "x", true) - ratio, bbox.top + bbox.height - 9 * ratio, 2 * ratio, 9 * ratio);
        }
      }],
    },
  }, [[group.start, group.end], [null, null]]);
  group.listeners.push(() => place(chart));
};

const draw = (element, raw) => {
  const data = unpack(raw), hidden = new Set();
  const group = groupOf(element, data.start, data.end);
  const [overview, holder] = element.querySelectorAll(".plot");
  const readout = element.querySelector(".readout span"), button = element.querySelector(".readout button");
  let pinned = null;
  const say = (mark) => {
    readout.textContent = describe(mark, data);
    button.hidden = false;
    button.dataset.copy = `frame.number == ${mark.frame}`;
  };
  drawOverview(overview, data, group);
  const chart = plot(holder, group, window.innerWidth < 740 ? 300 : 380, {
    scales: { x: timeScale(group), y: { range: () => bounds(data, group, hidden) } },
    axes: [timeAxis(data.origin, true), valueAxis("bytes", 70)],
    series: [{}, { paths: () => null }],
    cursor: { drag: { x: true, y: false, setScale: false }, points: { show: false } },
    hooks: {
      drawClear: [(self) => paintBands(self, data.bands, true)],
      draw: [paint(data, group, hidden)],
      setCursor: [(self) => {
        if (self.cursor.left < 0 || pinned) return;
        const mark = nearest(self, data, group, hidden);
        if (mark) say(mark);
      }],
    },
  }, [[group.start, group.end], [null, null]]);
  holder.addEventListener("click", () => {
    const mark = nearest(chart, data, group, hidden);
    pinned = mark === pinned ? null : mark;
    if (mark) say(mark);
  });
  const losses = data.marks.filter((mark) => mark.kind.role !== "data").sort((a, b) => a.start - b.start);
  let place = -1;
  const go = (step) => {
    if (!losses.length) return;
    place = (place + step + losses.length) % losses.length;
    const mark = losses[place], width = Math.min(group.to - group.from, (group.end - group.start) / 8);
    show(group, mark.start - width / 2, mark.start + width / 2);
    pinned = mark;
    say(mark);
  };
  onKeys(holder, group, { n: () => go(1), N: () => go(-1), Escape: () => { pinned = null; } });
  element.querySelector("[data-reset]").addEventListener("click", () => reset(group));
  const next = element.querySelector("[data-next]");
  next.disabled = !losses.length;
  next.addEventListener("click", () => go(1));
  element.addEventListener("change", (event) => {
    const role = event.target.dataset.role;
    if (!role) return;
    if (event.target.checked) hidden.delete(role);
    else hidden.add(role);
    chart.redraw(false, true);
  });
};

export const startSequences = () => document.querySelectorAll("[data-sequence]").forEach((element) => {
  const data = island(element);
  whenSeen(element, () => draw(element, data));
});
