// Comfort on top of pages that work without it. No inline handlers: behaviour hangs on data attributes, see docs/ui.md.
(() => {
  "use strict";
  const root = document.documentElement;
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const closest = (target, selector) => (target instanceof Element ? target.closest(selector) : null);

  // --- theme: auto, light, dark -------------------------------------------------------------------------------------
  function showTheme() {
    const theme = root.dataset.theme || "auto";
    for (const button of all("[data-theme-set]")) button.setAttribute("aria-pressed", String(button.dataset.themeSet === theme));
  }
  function setTheme(theme) {
    if (theme === "auto") delete root.dataset.theme;
    else root.dataset.theme = theme;
    try { localStorage.setItem("theme", theme); } catch { /* the choice then lasts for this page */ }
    showTheme();
  }

  // --- toasts: closable; good news without an undo leaves by itself, never while looked at ---------------------------
  function dressToast(toast) {
    toast.dataset.ready = "";
    const close = document.createElement("button");
    close.type = "button";
    close.className = "bare";
    close.setAttribute("aria-label", "Close message");
    close.innerHTML = '<i class="icon icon-close"></i>';
    close.addEventListener("click", () => toast.remove());
    toast.append(close);
    if (!toast.classList.contains("toast-ok") || toast.querySelector("form")) return;
    const leave = () => (toast.matches(":hover, :focus-within") ? setTimeout(leave, 2000) : toast.remove());
    setTimeout(leave, 8000);
  }

  // --- scrolling regions: reachable by keyboard only when there is something to scroll -------------------------------
  function measure(region) {
    const wide = [...region.children].some((child) => child.scrollWidth > region.clientWidth + 1 || child.offsetWidth > region.clientWidth + 1);
    region.toggleAttribute("data-fits", !wide);
    if (!wide) region.removeAttribute("tabindex");
    else region.tabIndex = 0;
    if (!region.matches(".table-wrap")) return;
    if (!wide) region.removeAttribute("role");
    else {
      region.setAttribute("role", "region");
      const title = region.querySelector("caption") || closest(region, ".card")?.querySelector("h2");
      if (!region.hasAttribute("aria-label")) region.setAttribute("aria-label", title?.textContent.trim() || "Table");
    }
  }
  const sizes = new ResizeObserver((entries) => entries.forEach((entry) => measure(entry.target)));

  // --- errors: the first faulty field gets the focus, once per answer -------------------------------------------------
  function focusError(summary) {
    summary.dataset.ready = "";
    const field = document.querySelector('[aria-invalid="true"], [data-invalid]');
    const target = field?.matches("fieldset") ? field.querySelector("input") : field;
    (target || summary).focus();
  }

  function enhance() {
    all(".toast:not([data-ready])").forEach(dressToast);
    all(".table-wrap, [data-scroll]").forEach((region) => sizes.observe(region));
    all(".error-summary:not([data-ready])").forEach(focusError);
  }

  // --- uploads: how much is sent, and how far it is read --------------------------------------------------------------
  // The request gets a key that this page alone knows; while the browser waits for its answer, the page asks for it.
  const WAIT = 600;
  function follow(form) {
    const files = all("input[type=file]", form).flatMap((field) => [...field.files]);
    if (!files.length) return false;
    const key = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    const action = new URL(form.action);
    action.searchParams.set("progress", key);
    form.action = action.href;
    const line = document.createElement("label");
    line.className = "sending";
    line.append(document.createElement("span"), document.createElement("progress"));
    const [text, bar] = line.children;
    text.setAttribute("role", "status");
    text.textContent = "Sending";
    bar.max = 100;
    const ask = async () => {
      if (!form.isConnected || form.dataset.busy === undefined) { line.remove(); return; }
      try {
        const told = await (await fetch(`/progress/${key}`)).json();
        if (told.percent !== null) { bar.value = told.percent; text.textContent = told.note; }
      } catch { /* the answer is on its way, or there is none: the browser says so */ }
      if (!line.isConnected) form.append(line);
      setTimeout(ask, WAIT);
    };
    setTimeout(ask, WAIT);
    return true;
  }

  // --- forms: sent once, never left with unsaved text by accident -----------------------------------------------------
  const dirty = new Set(), edits = new Map(), sentAt = new WeakMap(), unsaved = new Set();   // edits: how often a question was changed
  function setBusy(form, busy) {
    if (busy) form.dataset.busy = "";
    else delete form.dataset.busy;
    for (const button of all("button:not([type=button])", form)) {
      if (busy) button.setAttribute("aria-busy", "true");
      else button.removeAttribute("aria-busy");
    }
  }
  document.addEventListener("submit", (event) => {
    if (event.target.dataset.busy === undefined) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);
  document.addEventListener("submit", (event) => {
    const form = event.target;
    dirty.delete(form);
    for (const question of [...edits.keys(), ...unsaved]) {
      if (question.querySelector("[data-revision]")?.form === form) { edits.delete(question); unsaved.delete(question); }
    }
    if (event.defaultPrevented || form.method !== "post") return;
    setBusy(form, true);
    if (follow(form)) return;
    setTimeout(() => setBusy(form, false), 15000);      // a POST that answers with a download leaves the page as it is
  });
  document.addEventListener("input", (event) => {
    const form = closest(event.target, "form[data-guard]");
    if (form) dirty.add(form);
    const question = closest(event.target, "[data-autosave]");
    if (question) edits.set(question, (edits.get(question) || 0) + 1);
  });
  window.addEventListener("beforeunload", (event) => {
    if ([...dirty, ...unsaved].some((each) => each.isConnected)) event.preventDefault();
  });
  // Whoever types and leaves at once loses nothing: what waits for its autosave is sent on the way out.
  window.addEventListener("pagehide", () => {
    for (const question of edits.keys()) {
      if (!question.isConnected || unsaved.has(question)) continue;
      const body = new FormData();
      for (const field of question.querySelectorAll("input, select, textarea")) {
        const chosen = !["checkbox", "radio"].includes(field.type) || field.checked;
        if (field.name && !field.disabled && chosen && field.type !== "file") body.append(field.name, field.value);
      }
      fetch(question.getAttribute("hx-post"), { method: "POST", body: new URLSearchParams(body), keepalive: true, redirect: "manual" });
    }
  });
  window.addEventListener("pageshow", () => all("form[data-busy]").forEach((form) => setBusy(form, false)));

  // --- htmx: busy buttons and the autosave line -----------------------------------------------------------------------
  function say(form, text) {
    const line = form.querySelector("[data-autosave-status]");
    if (line) line.textContent = text;
  }
  const formOf = (event) => closest(event.detail?.ctx?.sourceElement || event.target, "form, [data-autosave]");
  document.addEventListener("htmx:before:request", (event) => {
    const form = formOf(event);
    if (!form) return;
    const seen = form.querySelector("[data-revision]");
    const body = event.detail?.ctx?.request?.body;
    if (seen && body?.set) body.set(seen.name, seen.value);   // one that waited in the queue saw the answer before it
    if (form.matches("[data-autosave]")) { say(form, "Saving…"); sentAt.set(form, edits.get(form)); }
    else if (form.method === "post") setBusy(form, true);
  });
  document.addEventListener("htmx:after:request", (event) => {
    const form = formOf(event);
    if (!form) return;
    const saved = event.detail.ctx.response.status < 400;
    if (!saved && form.matches("[data-guard]")) dirty.add(form);
    if (!form.matches("[data-autosave]")) return;
    unsaved[saved ? "delete" : "add"](form);
    if (saved && sentAt.get(form) === edits.get(form)) { edits.delete(form); dirty.delete(form); }
    const time = new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
    const refused = [409, 422].includes(event.detail.ctx.response.status);
    say(form, saved ? `Saved ${time}` : refused ? "Not saved. Correct the marked answer, then it is saved." : "Not saved: this page no longer takes answers. Copy what you typed, then load it again.");
  });
  document.addEventListener("htmx:error", (event) => {
    const form = formOf(event);
    if (form?.matches("[data-autosave]")) say(form, "Not saved: no answer from Assay. The next change tries again; keep this page open.");
  });
  document.addEventListener("htmx:finally:request", (event) => {
    const form = formOf(event);
    if (form && !form.matches("[data-autosave]")) setBusy(form, false);
  });

  // --- clicks ---------------------------------------------------------------------------------------------------------
  async function copy(button) {
    const text = button.dataset.copy;
    try {
      await navigator.clipboard.writeText(text);
    } catch {                                             // plain http on an intranet has no clipboard: select it instead
      const shown = button.parentElement?.querySelector("code");
      if (!shown) return;
      getSelection().selectAllChildren(shown);
      return;
    }
    const label = button.innerHTML;
    button.textContent = "Copied";
    setTimeout(() => { button.innerHTML = label; }, 2000);
  }
  document.addEventListener("click", (event) => {
    const theme = closest(event.target, "[data-theme-set]");
    if (theme) setTheme(theme.dataset.themeSet);
    const copied = closest(event.target, "[data-copy]");
    if (copied) copy(copied);
    const opener = closest(event.target, "[data-open]");
    if (opener) openDialog(opener.dataset.open);
  });
  function openDialog(id) {
    closest(document.activeElement, "[popover]")?.hidePopover();
    const dialog = document.getElementById(id);
    if (dialog && !dialog.open) dialog.showModal();
  }

  // --- keyboard -------------------------------------------------------------------------------------------------------
  function rowLinks() {
    const lists = all("[data-rows]");
    const list = lists.find((each) => each.contains(document.activeElement)) || lists[0];
    return list ? all("tbody tr, :scope > li", list).map((row) => row.querySelector("a[href]")).filter(Boolean) : [];
  }
  function moveRow(step) {
    const links = rowLinks();
    const row = closest(document.activeElement, "tr, li");
    const at = links.findIndex((link) => row?.contains(link));
    const next = at < 0 ? (step > 0 ? 0 : links.length - 1) : Math.min(Math.max(at + step, 0), links.length - 1);
    links[next]?.focus();
  }
  // 1 to 9 choose in the group at hand (`data-digits`): the one with the focus, else the first without a choice
  function chooseDigit(digit, event) {
    const groups = all("[data-digits]");
    const group = closest(document.activeElement, ".card")?.querySelector("[data-digits]") || groups.find((each) => !each.querySelector(":checked"));
    const radio = group ? all("input[type=radio]", group)[digit - 1] : null;
    if (!radio) return;
    event.preventDefault();
    radio.focus();
    radio.click();
  }
  const keys = {
    "/": () => { const field = document.getElementById("search"); field?.focus(); field?.select(); },
    "?": () => openDialog("keys"),
    j: () => moveRow(1),
    k: () => moveRow(-1),
  };
  document.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      const form = closest(event.target, "form[method=post]");
      if (!form) return;
      event.preventDefault();
      form.requestSubmit(form.querySelector("button:not([type=button])"));
      return;
    }
    const typing = closest(event.target, "input:not([type=checkbox], [type=radio], [type=range]), textarea, select, [contenteditable]");
    if (event.ctrlKey || event.metaKey || event.altKey || typing || document.querySelector("dialog[open]")) return;
    const keyed = /^[a-z]$/.test(event.key) && document.querySelector(`[data-key="${event.key}"]`);
    if (keyed) { event.preventDefault(); keyed.click(); }
    else if (Object.hasOwn(keys, event.key)) { event.preventDefault(); keys[event.key](); }
    else if (/^[1-9]$/.test(event.key)) chooseDigit(Number(event.key), event);
  });

  showTheme();
  enhance();
  document.querySelector(".steps [aria-current], .tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  new MutationObserver(enhance).observe(document.body, { childList: true, subtree: true });
})();
