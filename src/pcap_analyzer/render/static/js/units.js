// Numbers with their units, as units.py of the program writes them.

import { MARKS, say } from "./words.js";

const SECOND = 1e9;

/** As Python rounds: what lies exactly in the middle goes to the even neighbour. */
const fixed = (value, digits) => {
  const exact = value.toFixed(digits + 30);
  const middle = /[02468]\.?50{29}$/.test(exact);
  return middle ? exact.slice(0, digits ? -30 : -31) : value.toFixed(digits);
};

/** A number with the marks of the language. */
export const grouped = (value, digits) => {
  const [whole, fraction] = fixed(value, digits).split(".");
  return whole.replace(/\B(?=(\d{3})+(?!\d))/g, MARKS.group) + (fraction ? MARKS.point + fraction : "");
};

export const united = (number, unit) => `${number}${MARKS.gap}${unit}`;

const threeDigits = (value) => grouped(value, value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2);

const scaled = (value, steps) => {
  let index = 0;
  while (value >= 999.5 && index < steps.length - 1) {
    value /= 1000;
    index += 1;
  }
  return united(threeDigits(value), steps[index]);
};

const two = (number) => String(number).padStart(2, "0");

const longDuration = (total) => {
  const seconds = total % 60, minutes = Math.floor(total / 60), hours = Math.floor(minutes / 60);
  if (minutes < 60) return `${united(minutes, "min")} ${united(two(seconds), "s")}`;
  if (hours < 48) return `${united(hours, "h")} ${united(two(minutes % 60), "min")}`;
  return `${united(Math.floor(hours / 24), say("d"))} ${united(two(hours % 24), "h")}`;
};

export const duration = (value) => {
  if (value < 999.5) return united(grouped(value, 0), "ns");
  if (value < 0.9995 * SECOND) return scaled(value / 1000, ["µs", "ms"]);
  const seconds = value / SECOND;
  return seconds < 119.5 ? united(threeDigits(seconds), "s") : longDuration(Number(fixed(seconds, 0)));
};

export const offset = (value) => `+${united(grouped(value / SECOND, 3), "s")}`;

const share = (value) => {
  if (value === 0 || value === 1) return united(value * 100, "%");
  return united(value < 0.001 ? `<${grouped(0.1, 1)}` : grouped(Math.min(value * 100, 99.9), 1), "%");
};

const BYTES = [say("B"), say("kB"), say("MB"), say("GB"), say("TB"), say("PB")];

const FORMATS = {
  text: String,
  count: (value) => Number.isInteger(value) ? grouped(value, 0) : threeDigits(value),
  bytes: (value) => value < 1000 ? united(grouped(value, 0), BYTES[0]) : scaled(value / 1000, BYTES.slice(1)),
  rate_bps: (value) => value < 1000
    ? united(grouped(value, 0), "bit/s") : scaled(value / 1000, ["kbit/s", "Mbit/s", "Gbit/s", "Tbit/s"]),
  duration_ns: duration,
  offset_ns: offset,
  share,
};

export const text = (value, unit) => {
  if (value === null || value === undefined) return "–";
  return typeof value === "number" ? FORMATS[unit](value) : String(value);
};

/** What an axis of `unit` up to `most` is marked in: a factor and the name of the larger unit. */
export const axis = (unit, most) => {
  const steps = {
    bytes: [[1e12, BYTES[4]], [1e9, BYTES[3]], [1e6, BYTES[2]], [1e3, BYTES[1]], [1, BYTES[0]]],
    rate_bps: [[1e12, "Tbit/s"], [1e9, "Gbit/s"], [1e6, "Mbit/s"], [1e3, "kbit/s"], [1, "bit/s"]],
    duration_ns: [[1e10, "s", 1e9], [1e6, "ms"], [1e3, "µs"], [1, "ns"]],
  }[unit];
  if (!steps) return { factor: 1, name: "" };
  const found = steps.find(([least]) => most >= least) ?? steps[steps.length - 1];
  return { factor: found[2] ?? found[0], name: found[1] };
};

/** A moment `at` nanoseconds after `origin`, in seconds since then or as a time of day in UTC. */
export const moment = (at, origin, utc) => {
  if (!utc) return offset(at);
  // A number keeps microseconds of today's dates and no more.
  const microseconds = Math.round((origin + at) / 1000);
  const fraction = String(microseconds % 1e6).padStart(6, "0");
  return `${new Date(Math.floor(microseconds / 1000)).toISOString().slice(11, 19)}.${fraction} UTC`;
};
