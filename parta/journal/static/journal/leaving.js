// @ts-check
// Leaving the page with words still in a field: they are sent before the page goes, and a desk is asked to wait.

/**
 * @param {() => void} save send what has been typed and not sent
 * @param {() => boolean} waits whether something has no answer yet
 */
export function onLeaving(save, waits) {
  addEventListener("beforeunload", (event) => {
    save();
    if (!waits()) return;
    event.preventDefault();
    event.returnValue = "";
  });
  // A phone puts a page aside without asking: the other app, the lock, the gesture back.
  document.addEventListener("visibilitychange", () => document.hidden && save());
  addEventListener("pagehide", save);
}
