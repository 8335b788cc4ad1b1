// What all charts share: uPlot with our colours, one range of time for each group, keys, and drawing when seen.

import { onTheme, colour } from "./theme.js";
import { axis, grouped, moment, united } from "./units.js";

const groups = new Map();
let utc = false;

/** The charts that share one range of time. */
export const groupOf = (element, start, end) => {
  const owner = element.closest("[data-group]");
  if (!groups.has(owner)) groups.set(owner, { charts: [], start, end, from: start, to: end, listeners: [] });
  const group = groups.get(owner);
  group.start = Math.min(group.start, start);
  group.end = Math.max(group.end, end);
  return group;
};

export const show = (group, from, to) => {
  const least = Math.max(1000, (group.end - group.start) * 1e-6);
  const width = Math.min(Math.max(to - from, least), group.end - group.start);
  group.from = Math.min(Math.max(from, group.start), group.end - width);
  group.to = group.from + width;
  for (const chart of group.charts) chart.setScale("x", { min: group.from, max: group.to });
  for (const listener of group.listeners) listener();
};

export const reset = (group) => show(group, group.start, group.end);

const zoom = (group, factor, at = (group.from + group.to) / 2) =>
  show(group, at - (at - group.from) * factor, at + (group.to - at) * factor);

const pan = (group, part) => {
  const step = (group.to - group.from) * part;
  show(group, group.from + step, group.to + step);
};

export const onKeys = (element, group, further = {}) => {
  const actions = {
    ArrowLeft: () => pan(group, -0.2),
    ArrowRight: () => pan(group, 0.2),
    "+": () => zoom(group, 0.5),
    "-": () => zoom(group, 2),
    0: () => reset(group),
    ...further,
  };
  element.addEventListener("keydown", (event) => {
    const action = actions[event.key];
    if (!action || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    action();
  });
  element.addEventListener("wheel", (event) => {
    if (!event.ctrlKey) return; // the wheel alone scrolls the page
    event.preventDefault();
    const box = element.querySelector(".u-over").getBoundingClientRect();
    const part = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
    zoom(group, event.deltaY > 0 ? 1.25 : 0.8, group.from + part * (group.to - group.from));
  }, { passive: false });
};

/** How many digits after the point tell steps of this width apart. */
const digitsOf = (step, most) => {
  let digits = 0;
  while (digits < most && Math.abs(step * 10 ** digits - Math.round(step * 10 ** digits)) > 1e-6) digits += 1;
  return digits;
};

const FONT = "11px system-ui, sans-serif";

/** The axis of time, its marks in seconds since the first packet or in times of day. */
export const timeAxis = (origin, shown) => ({
  show: shown,
  stroke: () => colour("ink-3"), font: FONT, size: 26, gap: 4, space: 90,
  grid: { stroke: () => colour("grid"), width: 1 }, ticks: { show: false },
  values: (_, splits) => {
    const step = splits.length > 1 ? splits[1] - splits[0] : 1e9;
    const digits = digitsOf(step / 1e9, 6);
    return splits.map((at) => utc
      ? moment(at, origin, true).replace(" UTC", "").slice(0, digits ? 9 + digits : 8)
      : united(grouped(at / 1e9, digits), "s"));
  },
});

const marked = (number, name) => name ? united(number, name) : number;

export const valueAxis = (unit, size = 62) => ({
  stroke: () => colour("ink-3"), font: FONT, size, gap: 6, space: 28,
  grid: { stroke: () => colour("grid"), width: 1 }, ticks: { show: false },
  values: (_, splits) => {
    const most = Math.max(...splits.map(Math.abs));
    const { factor, name } = axis(unit, most);
    const step = splits.length > 1 ? (splits[1] - splits[0]) / factor : 1;
    const digits = digitsOf(step, 4);
    return splits.map((value) => value === 0 ? "0" : marked(grouped(value / factor, digits), name));
  },
});

/** Time with marks at 1, 2 or 5 times a power of ten. */
export const timeScale = (group) => ({ time: false, range: () => [group.from, group.to] });

export const paintBands = (chart, bands, words) => {
  const { ctx, bbox } = chart, ratio = window.devicePixelRatio;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  for (const [start, end, label, activity] of bands) {
    const left = chart.valToPos(start, "x", true), right = chart.valToPos(end, "x", true);
    ctx.fillStyle = colour(activity === "window" ? "band-window" : "band-loss");
    ctx.fillRect(left, bbox.top, Math.max(ratio, right - left), bbox.height);
    const from = Math.max(left, bbox.left), to = Math.min(right, bbox.left + bbox.width);
    ctx.font = `600 ${11.5 * ratio}px system-ui, sans-serif`;
    if (words && ctx.measureText(label).width < to - from - 12 * ratio) {
      ctx.fillStyle = colour("ink");
      ctx.textAlign = "center";
      ctx.fillText(label, (from + to) / 2, bbox.top + 16 * ratio);
    }
  }
  ctx.restore();
};

/** A chart that fills `holder`, joins its group, and is drawn anew when its size or the theme changes. */
export const plot = (holder, group, height, options, data) => {
  const width = () => Math.max(160, holder.clientWidth);
  const chart = new uPlot({
    width: width(), height, legend: { show: false }, padding: [10, 12, options.axes[0].show ? 0 : 8, 0], ...options,
    hooks: {
      ...options.hooks,
      setSelect: [(self) => {
        if (self.select.width < 4) return;
        const from = self.posToVal(self.select.left, "x"), to = self.posToVal(self.select.left + self.select.width, "x");
        self.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
        show(group, from, to);
      }],
      ...(options.selects ? { setSelect: [options.selects] } : {}),
    },
  }, data, holder);
  if (!options.overview) group.charts.push(chart);
  new ResizeObserver(() => {
    if (Math.abs(chart.width - width()) > 1) chart.setSize({ width: width(), height });
  }).observe(holder);
  onTheme(() => chart.redraw(false, true));
  redrawn.push(chart);
  return chart;
};

const redrawn = [];

/** The switch between seconds and times of day. */
export const startClock = () => document.addEventListener("change", (event) => {
  if (event.target.name !== "clock") return;
  utc = event.target.value === "utc";
  for (const chart of redrawn) chart.redraw(false, true);
});

export const told = (at, origin) => moment(at, origin, utc);

/** Calls `draw` once `element` is seen: what is folded away costs nothing. */
export const whenSeen = (element, draw) => {
  const watch = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    watch.disconnect();
    draw();
  }, { rootMargin: "300px" });
  watch.observe(element);
  window.addEventListener("beforeprint", () => {
    if (element.offsetParent === null) return;
    watch.disconnect();
    draw();
  }, { once: true });
};
