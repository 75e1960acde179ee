// @ts-check
// What an earlier page of the tab left without an answer goes first. While it goes, the page is held: it was drawn
// without these words, and is drawn anew, once, when they are in the journal. What was not taken is told in words.

import { kept } from "./kept.js";
import { queue } from "./save.js";

/** So long a page is held at most, milliseconds: a slow network must not keep anybody from the journal. */
const HELD = 3000;

const before = kept();
const addresses = new Set(before.map((operation) => operation.url));
const main = document.getElementById("main");
/** @type {HTMLElement[]} */
const untaken = [];
let left = before.length;
let taken = 0;
let isHeld = left > 0;
/** @type {() => void} */
let open = () => {};

/** Resolves when the page may be used. @type {Promise<void>} */
export const ready = new Promise((resolve) => (open = resolve));

const strip = document.createElement("div");
strip.className = "strip strip--foot";
strip.setAttribute("role", "status");

if (!left) open();
else {
  if (main) main.inert = true;
  document.body.append(strip);
  setTimeout(release, HELD);
  queue.addEventListener("state", () => {
    if (!left || queue.state !== "offline") return;
    release();
    const why = queue.fault || "Нет связи. Они уйдут сами, как только она появится.";
    say(element("span", `Записи с прошлой страницы ждут отправки: ${left}. ${why}`));
  });
  queue.resume(before, (operation, done) => {
    left -= 1;
    if (done.kind === "saved") taken += 1;
    else untaken.push(report(operation, done));
    if (!left) queueMicrotask(finish);
  });
}

function release() {
  if (!isHeld) return;
  isHeld = false;
  if (main) main.inert = false;
  open();
}

function finish() {
  const isDrawnWithout = taken > 0 && addresses.has(queue.url);
  if (isHeld && isDrawnWithout && !untaken.length) return location.reload();
  release();
  const words = [];
  if (taken) words.push(element("span", isDrawnWithout ? "Записи с прошлой страницы сохранены, здесь их ещё не видно." : "Записи с прошлой страницы сохранены."));
  if (isDrawnWithout) words.push(button("Показать", () => location.reload()));
  strip.classList.toggle("strip--red", untaken.length > 0);
  say(...untaken, ...words, button("Закрыть", () => strip.remove()));
}

/** @param {...HTMLElement} parts */
function say(...parts) {
  strip.replaceChildren(...parts);
  if (!strip.isConnected) document.body.append(strip);
}

/** @param {import("./kept.js").Kept} operation @param {import("./save.js").Done} done */
function report(operation, done) {
  const line = element("p", "");
  const change = operation.changes[operation.changes.length - 1];
  line.append(element("b", `Не сохранено: ${operation.changes.map(named).filter(Boolean).join(", ")}.`), ` ${why(done)} `);
  if (change?.lesson) {
    const link = document.createElement("a");
    link.href = `/lessons/${change.lesson}/`;
    link.textContent = "Открыть урок";
    line.append(link);
  }
  return line;
}

/** @param {import("./save.js").Done} done @returns {string} */
function why(done) {
  if (done.kind === "error") return done.text;
  if (done.kind === "conflict") {
    const theirs = done.conflicts[0] ?? {};
    const author = [theirs.by, theirs.at].filter(Boolean).join(", ");
    return `В журнале уже записано другое: «${theirs.theirs || "пусто"}»${author ? ` (${author})` : ""}.`;
  }
  if (done.kind !== "refused") return "";
  return done.refused
    .map((item) => [item.text, [...new Set((item.clauses ?? []).map((/** @type {any} */ cited) => cited.number))].join(", "), item.allowed])
    .map((parts) => parts.filter(Boolean).join(" "))
    .join(" ");
}

/** What was to be written, in words. @param {import("./save.js").Change} change */
function named(change) {
  const who = change.student ? nameOf(change.student) : "";
  const what = {
    mark: change.value ? `отметка ${change.value}` : "снятие отметки",
    final: change.value ? `отметка за период ${change.value}` : "снятие отметки за период",
    absence: change.symbol ? `явка «${change.symbol}»` : "снятие отметки о явке",
    topic: `тема «${change.topic}»`,
    homework: change.none ? "«не задано»" : `задание «${change.text}»`,
    note: change.text ? `запись в дневник «${change.text}»` : "отзыв записи в дневнике",
    roll: "перекличка",
    conducted: "урок проведён",
  }[/** @type {string} */ (change.fact)];
  return [what, who].filter(Boolean).join(", ");
}

/** @param {number} student */
function nameOf(student) {
  const row = /** @type {HTMLElement | null} */ (document.querySelector(`tr[data-s="${student}"] th, li[data-student="${student}"][data-name]`));
  return row?.dataset.name || (row?.title || row?.textContent || "").split(",")[0];
}

/** @param {string} tag @param {string} text */
function element(tag, text) {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}

/** @param {string} text @param {() => void} act */
function button(text, act) {
  const made = /** @type {HTMLButtonElement} */ (element("button", text));
  made.type = "button";
  made.className = "btn";
  made.addEventListener("click", act);
  return made;
}
