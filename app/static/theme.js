// Loaded before the first paint, so that a chosen theme does not flash; 'auto' leaves it to the system.
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  let theme = "auto";
  try { theme = localStorage.getItem("theme") || "auto"; } catch { /* storage may be blocked */ }
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
})();
