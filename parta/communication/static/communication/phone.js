// @ts-check
// «Уведомления на этом телефоне»: asks the browser for leave, takes what it gives (an address of its push service and
// two keys) and sends it with the form of the page. Without this script, or a browser that can, the button stays grey.

import { say } from "../foundation/js/say.js";

const part = /** @type {HTMLElement | null} */ (document.querySelector("[data-phone]"));
const can = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

/** @param {string} text */
function tell(text) {
  const place = part?.querySelector("[data-phone-says]");
  if (place) place.textContent = text;
}

/** @param {string} key */
function bytes(key) {
  const plain = atob(key.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
}

/** @param {ArrayBuffer | null} buffer */
function packed(buffer) {
  const plain = String.fromCharCode(...new Uint8Array(buffer ?? new ArrayBuffer(0)));
  return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

async function registered() {
  const worker = String(part?.dataset.worker);
  return navigator.serviceWorker.register(worker, { updateViaCache: "none" });
}

/** @param {HTMLFormElement} form */
async function switchOn(form) {
  if ((await Notification.requestPermission()) !== "granted") {
    tell(say("Браузер не разрешил уведомления. Разрешите их для этого сайта в настройках браузера и нажмите ещё раз."));
    return;
  }
  const key = bytes(String(part?.dataset.key));
  const worker = await registered();
  await navigator.serviceWorker.ready.catch(() => worker);
  // What is left of another account or of an earlier key would be refused: begun anew.
  await (await worker.pushManager.getSubscription())?.unsubscribe();
  const given = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  const values = { endpoint: given.endpoint, key: packed(given.getKey("p256dh")), secret: packed(given.getKey("auth")) };
  for (const [name, value] of Object.entries(values)) {
    /** @type {HTMLInputElement} */ (form.elements.namedItem(name)).value = value;
  }
  form.submit();
}

if (part && can) {
  const on = /** @type {HTMLFormElement | null} */ (part.querySelector("[data-phone-on]"));
  const button = on?.querySelector("button");
  if (on && button) {
    button.disabled = false;
    tell(
      Notification.permission === "denied"
        ? say("Уведомления этого сайта запрещены в настройках браузера: разрешите их там.")
        : say("Браузер спросит разрешения: ответьте «Разрешить»."),
    );
    on.addEventListener("submit", (event) => {
      event.preventDefault();
      button.disabled = true;
      switchOn(on)
        .catch(() => tell(say("Не получилось: служба уведомлений браузера не ответила. Попробуйте позже.")))
        .finally(() => {
          button.disabled = false;
        });
    });
  }
  const off = /** @type {HTMLFormElement | null} */ (part.querySelector("[data-phone-off]"));
  off?.addEventListener("submit", (event) => {
    event.preventDefault();
    navigator.serviceWorker
      .getRegistration(String(part.dataset.worker))
      .then((found) => found?.pushManager.getSubscription())
      .then((given) => given?.unsubscribe())
      .catch(() => false)
      .then(() => off.submit());
  });
}
