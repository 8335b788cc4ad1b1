// Words and marks of numbers in the language of the page. What the page does not bring is said as it is written here.

import { island } from "./dom.js";

const place = document.getElementById("words");
const { words, marks } = place ? island(place) : { words: {}, marks: { group: ",", point: ".", gap: " " } };

export const MARKS = marks;

/** A sentence with its values put in. */
export const say = (sentence, values = {}) =>
  (words[sentence] ?? sentence).replace(/\{(\w+)\}/g, (_, name) => values[name]);

const rules = new Intl.PluralRules(document.documentElement.lang);

/** The word for `number` things. */
export const noun = (number, one, many) => rules.select(number) === "one" ? one : many;
