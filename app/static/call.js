// Call mode by keyboard alone, and the timer. The page works without this file.
(() => {
  "use strict";
  const call = document.querySelector("[data-call]");
  if (!call) return;
  const questions = () => [...call.querySelectorAll(".question:not([hidden])")];
  let current = null;

  // --- which question is at hand ----------------------------------------------------------------------------------
  function choose(question, focus) {
    if (!question) return;
    current?.removeAttribute("data-current");
    current = question;
    current.setAttribute("data-current", "");
    if (!focus) return;
    current.tabIndex = -1;
    current.focus({ preventScroll: true });
    current.scrollIntoView({ block: "center" });
  }
  function at() {
    if (current?.isConnected && !current.hidden) return current;
    const again = current && document.getElementById(current.id);
    return again && !again.hidden ? again : null;
  }
  function move(step) {
    const all = questions();
    const now = all.indexOf(at());
    choose(all[now < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(now + step, 0), all.length - 1)], true);
  }
  call.addEventListener("focusin", (event) => choose(event.target.closest(".question"), false));

  // --- what the keys do with it -----------------------------------------------------------------------------------
  function option(digit) {
    const group = at()?.querySelector("fieldset.choices");
    if (group) group.querySelectorAll("input")[digit - 1]?.click();
    else {
      const select = at()?.querySelector("select:not([data-confidence])");
      if (select && select.options[digit]) pick(select, digit);
    }
  }
  function pick(select, index) {
    select.selectedIndex = index;
    select.dispatchEvent(new Event("change", { bubbles: true }));
  }
  function confidence() {
    const select = at()?.querySelector("[data-confidence]");
    if (select) pick(select, (select.selectedIndex + 1) % select.options.length);
  }
  const keys = {
    n: () => move(1),
    p: () => move(-1),
    a: () => at()?.querySelector("input:not([type=hidden]), select, textarea")?.focus(),
    m: () => at()?.querySelector("[data-note]")?.focus(),
    c: confidence,
    f: () => at()?.querySelector("[data-flag]")?.click(),
  };
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (document.querySelector("dialog[open]")) return;
    const field = event.target.closest("input:not([type=checkbox], [type=radio]), textarea, select");
    if (event.key === "Escape" && event.target.closest(".question")) {
      event.target.blur();
      choose(at(), true);
      return;
    }
    if (field) return;
    if (Object.hasOwn(keys, event.key)) { event.preventDefault(); keys[event.key](); }
    else if (/^[1-9]$/.test(event.key) && at()) { event.preventDefault(); option(Number(event.key)); }
  });

  // --- the timer --------------------------------------------------------------------------------------------------
  const timer = call.querySelector("[data-timer]");
  const lines = [...call.querySelectorAll("[data-until]")];
  const started = Date.parse(timer.dataset.timer);
  function tick() {
    const seconds = Math.max(0, Math.floor((Date.now() - started) / 1000));
    const planned = Number(lines.at(-1)?.dataset.until || 0);
    const minutes = Math.floor(seconds / 60);
    timer.textContent = `${minutes}:${String(seconds % 60).padStart(2, "0")}${planned ? ` of ${planned} minutes` : ""}`;
    const now = lines.find((line) => minutes < Number(line.dataset.until));
    for (const line of lines) {
      if (line === now) line.setAttribute("aria-current", "step");
      else line.removeAttribute("aria-current");
    }
  }
  if (started) { tick(); setInterval(tick, 1000); }
})();
