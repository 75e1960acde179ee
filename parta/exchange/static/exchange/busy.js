// @ts-check
// A form that takes long says so: the button cannot be pressed twice, a bar appears, and where the server tells how far
// it is (data-progress: the address to ask), the bar follows. Without a script the browser's own sign of loading remains.

/** @param {HTMLFormElement} form */
function follow(form) {
  const box = /** @type {HTMLElement | null} */ (form.querySelector("[data-busy]"));
  const words = box?.querySelector("[data-busy-words]");
  const bar = box?.querySelector("progress");
  const button = form.querySelector("button.btn--go");
  if (!box || !words || !bar || !button) return;
  const first = words.textContent ?? "";

  /** @param {boolean} busy */
  const show = (busy) => {
    box.hidden = !busy;
    button.toggleAttribute("disabled", busy);
    form.setAttribute("aria-busy", String(busy));
    if (!busy) words.textContent = first;
  };

  let asking = 0;
  form.addEventListener("submit", () => {
    show(true);
    const address = form.dataset.progress;
    if (!address) return;
    asking = window.setInterval(async () => {
      try {
        const answer = await fetch(address, { headers: { Accept: "application/json" }, credentials: "same-origin" });
        const state = await answer.json();
        if (!state.title) return;
        words.textContent = state.total ? `${state.title}: ${state.done} из ${state.total}` : `${state.title}…`;
        if (state.total) {
          bar.max = state.total;
          bar.value = state.done;
        } else bar.removeAttribute("value");
      } catch {
        // Asked again in a moment.
      }
    }, 600);
  });
  // Back by the browser's button: the page is as it was left, and the form can be sent again.
  addEventListener("pageshow", (event) => {
    window.clearInterval(asking);
    if (event.persisted) show(false);
  });
}

for (const form of document.querySelectorAll("form[data-busy-form]")) follow(/** @type {HTMLFormElement} */ (form));
