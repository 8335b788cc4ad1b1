// The theme is HTML and CSS; this remembers it, and tells drawings their colours.

const KEY = "pcap-analyzer-theme";
const listeners = [];

const remembered = (action) => {
  try {
    return action(window.localStorage);
  } catch {
    return null; // a page from disk may be refused a memory
  }
};

export const onTheme = (listener) => listeners.push(listener);

const tell = () => listeners.forEach((listener) => listener());

export const startTheme = () => {
  const stored = remembered((storage) => storage.getItem(KEY));
  const chosen = stored && document.getElementById(`theme-${stored}`);
  if (chosen) chosen.checked = true;
  document.addEventListener("change", (event) => {
    if (event.target.name !== "theme") return;
    remembered((storage) => storage.setItem(KEY, event.target.value));
    tell();
  });
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", tell);
  window.matchMedia("print").addEventListener("change", tell);
};

const probe = document.createElement("span");

/** The colour that a variable of the style sheet has now. */
export const colour = (name) => {
  if (!probe.isConnected) {
    probe.hidden = true;
    document.body.append(probe);
  }
  probe.style.color = `var(--${name})`;
  return window.getComputedStyle(probe).color;
};

export const activityColour = (activity) => colour(`c-${activity}`);
