// A task that runs: how far it is, what sets the pace, and how to stop it.

import { make } from "/static/shared/js/dom.js";
import { send } from "./api.js";
import { pause, transfer } from "./upload.js";
import { language, number, seconds, size, word } from "./words.js";

const announce = (text) => { document.getElementById("announce").textContent = text; };

const sentence = (state) => {
  const parts = [word(`phase_${state.phase}`, state.queue_position ?? "–")];
  if (state.eta_s && state.phase !== "report") parts.push(word("left", seconds(state.eta_s)));
  return parts.join(", ");
};

export class Card {
  /** `upload` is there when this page sends the capture. `ended` hears of the last state. */
  constructor(id, upload, ended) {
    this.id = id;
    this.upload = upload;
    this.ended = ended;
    this.told = -1;
    this.element = this.build();
    this.follow();
  }

  build() {
    this.title = make("h3", { translate: "no" }, this.upload?.file.name ?? "…");
    this.percent = make("span", { class: "pct" });
    this.bar = make("progress", { max: "100" });
    this.line = make("p", { class: "dim" });
    this.soFar = make("div", { class: "sofar" });
    this.error = make("p", { class: "error", role: "alert" });
    this.figures = make("dl");
    this.holdButton = make("button", { class: "btn", type: "button" }, word("pause"));
    this.holdButton.hidden = !this.upload;
    this.holdButton.addEventListener("click", () => this.hold());
    this.stopButton = make("button", { class: "btn", type: "button" }, word("cancel"));
    this.stopButton.addEventListener("click", () => this.stop());
    const header = make("header", {}, this.title, this.percent, this.holdButton, this.stopButton);
    return make("article", { class: "card task" }, header, this.bar, this.line, this.figures, this.soFar, this.error);
  }

  follow() {
    this.events = new EventSource(`/progress/${this.id}`);
    const show = (event) => this.show(JSON.parse(event.data));
    this.events.addEventListener("progress", show);
    this.events.addEventListener("end", (event) => {
      this.events.close();
      show(event);
      this.ended(JSON.parse(event.data), this);
    });
    this.events.addEventListener("error", () => { this.line.textContent = word("offline"); });
  }

  show(state) {
    this.title.textContent = state.file_name;
    this.percent.textContent = state.percent === null ? "" : `${number(state.percent)}\u202f%`;
    if (state.percent === null) this.bar.removeAttribute("value");
    else this.bar.value = state.percent;
    this.bar.setAttribute("aria-label", sentence(state));
    this.line.textContent = this.paused ? word("paused") : sentence(state);
    this.holdButton.hidden = !this.upload || state.phase !== "upload";
    this.figures.replaceChildren(...[
      ["received", size(state.uploaded_bytes)],
      ["packets", state.packets === null ? "–" : number(state.packets)],
      ["rate", state.packets_per_s ? `${number(state.packets_per_s)} ${word("perSecond")}` : "–"],
      ["memory", state.memory_bytes ? size(state.memory_bytes) : "–"],
    ].map(([key, value]) => make("div", {}, make("dt", {}, word(key)), make("dd", {}, value))));
    this.showSoFar(state.provisional);
    const step = Math.floor((state.percent ?? 0) / 10);
    if (step !== this.told) announce(`${state.file_name}: ${sentence(state)}`);
    this.told = step;
  }

  /** What was found in the beginning of the capture: new news only, and each told once. */
  showSoFar(provisional) {
    if (!provisional || provisional.read_bytes === this.soFarBytes) return;
    this.soFarBytes = provisional.read_bytes;
    const sentence = `${word("soFar", size(provisional.read_bytes))} ${provisional.sentences[language]}`;
    const findings = provisional.findings.map(({ titles, severity }) =>
      make("li", {}, make("b", { class: severity }, word(`severity_${severity}`)), ` ${titles[language]}`));
    const tag = make("span", { class: "tag" }, word("provisional"));
    this.soFar.replaceChildren(make("p", {}, tag, " ", sentence), make("ul", {}, ...findings));
    announce(sentence);
  }

  /** Sends the capture, until it is there or somebody pauses. */
  async send() {
    try {
      this.paused = !(await transfer(this.upload));
    } catch (error) {
      this.fail(error);
    }
    if (this.paused) this.line.textContent = word("paused");
    this.holdButton.textContent = word(this.paused ? "resume" : "pause");
  }

  hold() {
    if (!this.paused) return pause(this.upload);
    this.paused = false;
    this.holdButton.textContent = word("pause");
    return this.send();
  }

  async stop() {
    try {
      await send("POST", `/cancel/${this.id}`);
    } catch (error) {
      this.fail(error);
    }
  }

  fail(error) {
    this.error.textContent = error.message;
  }
}
