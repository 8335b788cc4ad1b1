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

/** Takes differences back to what they are differences of. */
export const undelta = (steps) => {
  let sum = 0;
  return steps.map((step) => (sum += step));
};
