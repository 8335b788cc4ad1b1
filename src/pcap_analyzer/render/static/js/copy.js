// Buttons that copy what stands beside them.

const put = async (text) => {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  // Pages from disk have no clipboard in some browsers.
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
};

export const startCopy = () => {
  const status = document.getElementById("status");
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const text = button.dataset.copy || button.parentElement.querySelector("code").textContent;
    await put(text);
    status.textContent = button.dataset.done;
    const label = button.lastChild;
    const before = label.data;
    label.data = button.dataset.done;
    window.setTimeout(() => { label.data = before; }, 1500);
  });
};
