// @ts-check
// A trial under way: the bar follows the worker, and the page is read anew when the trial has ended. Without a script a
// link does the same.

for (const box of document.querySelectorAll("[data-trial]")) {
  const address = /** @type {HTMLElement} */ (box).dataset.trial ?? "";
  const words = box.querySelector("[data-trial-words]");
  const bar = box.querySelector("progress");
  let shown = "";
  const asking = window.setInterval(async () => {
    try {
      const answer = await fetch(address, { headers: { Accept: "application/json" }, credentials: "same-origin" });
      if (!answer.ok) return;
      const state = await answer.json();
      if (state.state === "done" || state.state === "failed") {
        window.clearInterval(asking);
        location.reload();
        return;
      }
      if (state.state === "running" && words && bar) {
        const now = state.total ? `Идёт: журналов ${state.done} из ${state.total}` : "Идёт…";
        if (now !== shown) words.textContent = shown = now;
        if (state.total) {
          bar.max = state.total;
          bar.value = state.done;
        }
      }
    } catch {
      // Asked again in a moment.
    }
  }, 1000);
}
