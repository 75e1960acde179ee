// @ts-check
// The show on the classroom's screen: F8 goes into it from a lesson or a journal, F8 or Esc leaves it.

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const leave = /** @type {HTMLAnchorElement | null} */ (document.querySelector("a[data-leave]"));
  const enter = /** @type {HTMLAnchorElement | null} */ (document.querySelector("a[data-board]"));
  const link = event.key === "F8" ? (leave ?? enter) : event.key === "Escape" ? leave : null;
  if (!link || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  link.click();
});
