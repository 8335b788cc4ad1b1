// Elements without markup: text from packets can never become an element.

export const make = (name, attributes = {}, ...children) => {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
};

export const makeSvg = (name, attributes = {}) => {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
};

/** The data that stands beside a drawing. */
export const island = (element) => JSON.parse(element.querySelector("script[type='application/json']").textContent);

// What pack.py made of numbers and words, back again.

export const unpackWords = ({ of, at }) => at.map((index) => of[index]);

export const unpackNumbers = ({ by, at }) => at.map((value) => value === null ? null : value * by);

export const unpackSteps = ({ first, by, at }) => {
  let sum = first;
  return [first, ...at.map((step) => (sum += step * by))];
};

export const unpackSparse = ({ usual, length, at }) => Array.from({ length }, (_, index) => at[index] ?? usual);
