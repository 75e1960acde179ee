// @ts-check
// News on an open page. Every half minute, while somebody can see it, the page asks what is new; while nothing is, the
// answer is empty (304). Numbers in the navigation change; the part of the page marked `data-live` is drawn anew in
// its place, unless something is being typed there. A page left open stays idle for the lock: asking is no sign of life.

import { say } from "../foundation/js/say.js";

const EVERY = 30000;
let tag = "";
let known = "";
const said = document.createElement("p");
said.className = "vh";
said.setAttribute("role", "status");
document.body.append(said);

/** @param {Record<string, number>} badges */
function count(badges) {
  for (const [path, number] of Object.entries(badges)) {
    for (const link of document.querySelectorAll(`.nav a[href="${path}"], .menu__nav a[href="${path}"]`)) {
      let mark = link.querySelector(".n");
      if (!number) {
        mark?.remove();
        continue;
      }
      if (!mark) {
        mark = document.createElement("b");
        mark.className = "n";
        link.append(mark);
      }
      mark.textContent = String(number);
    }
  }
}

/**
 * The strip «новое об учётной записи» on a page that is open: a stranger's sign-in is seen where one works.
 * @param {{ count: number, url: string }} account
 */
function account({ count: number, url }) {
  const shown = document.querySelector("[data-notices]");
  if (shown?.getAttribute("data-notices") === String(number) || (!shown && !number)) return;
  shown?.remove();
  if (!number) return;
  const strip = document.createElement("p");
  strip.className = "strip strip--red";
  strip.setAttribute("role", "status");
  strip.dataset.notices = String(number);
  const link = document.createElement("a");
  link.href = url;
  link.textContent = `Новое об учётной записи: ${number}. Посмотрите, вы ли это были`;
  strip.append(link);
  document.querySelector("header.cover")?.after(strip);
}

/** @param {Element} part */
function isBusy(part) {
  const at = document.activeElement;
  if (at && part.contains(at) && /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName)) return true;
  return [...part.querySelectorAll("textarea, input:not([type=hidden])")].some(
    (field) => /** @type {HTMLInputElement} */ (field).value !== /** @type {HTMLInputElement} */ (field).defaultValue,
  );
}

async function redraw() {
  const parts = [...document.querySelectorAll("[data-live]")];
  if (!parts.length || parts.some(isBusy)) return false;
  const answer = await fetch(location.href, { credentials: "same-origin", headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) return false;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of parts) {
    const now = fresh.querySelector(`[data-live="${part.getAttribute("data-live")}"]`);
    if (now && now.innerHTML !== part.innerHTML) part.replaceWith(document.importNode(now, true));
  }
  said.textContent = say("Страница обновлена: появилось новое.");
  return true;
}

async function ask() {
  if (document.hidden) return;
  /** @type {Record<string, string>} */
  const headers = { Accept: "application/json" };
  if (tag) headers["If-None-Match"] = tag;
  let answer;
  try {
    answer = await fetch("/updates/", { credentials: "same-origin", headers, cache: "no-store" });
  } catch {
    return; // no network: the next round asks again
  }
  if (answer.status === 423) document.dispatchEvent(new Event("parta:locked"));
  if (answer.status !== 200) return;
  const news = await answer.json().catch(() => null);
  if (!news) return;
  count(news.badges);
  account(news.account);
  const state = (answer.headers.get("ETag") ?? "").replace(/^W\//, "");
  if (known && known !== state && !(await redraw().catch(() => false))) {
    if (document.querySelector("[data-live]")) return; // busy: the same question again next time
  }
  known = tag = state;
}

if (document.querySelector("nav.nav")) {
  setTimeout(ask, 3000);
  setInterval(ask, EVERY);
  document.addEventListener("visibilitychange", ask);
}
