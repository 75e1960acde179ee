// @ts-check
// The journal page: which key does what, and who is told of what. Each behaviour lives in a module of its own.

import "./board.js";
import { showConflict } from "./conflict.js";
import { abandon, erase, finish, type } from "./entry.js";
import { fillBar, toggleHelp } from "./help.js";
import { showHistory } from "./history.js";
import { openLesson, rightStop } from "./opened.js";
import { columnOf, data, grid } from "./model.js";
import { begin, canStand, currentCell, free, go, moveByKey, onMove } from "./navigate.js";
import { showPad } from "./pad.js";
import { preview } from "./paste.js";
import { closePop, enterPop, popIsOpen } from "./pop.js";
import { showRefusal } from "./refusal.js";
import { ready } from "./resend.js";
import { queue } from "./save.js";
import { say, watchQueue } from "./status.js";
import { conflicts, forget, onTrouble, refusals, takeBack } from "./write.js";

const table = grid();
queue.url = data.urls.write;
watchQueue(
  () => refusals.size,
  () => conflicts.size,
  data.urls.login,
);
openLesson();

/** Show what is the matter with a cell, if anything is. @param {HTMLTableCellElement} td */
function trouble(td) {
  if (refusals.has(td)) showRefusal(td);
  else if (conflicts.has(td)) showConflict(td);
}

onTrouble({
  refused: (td) => (td === currentCell() ? showRefusal(td) : undefined),
  conflict: (td) => (td === currentCell() ? showConflict(td) : undefined),
});

onMove((td) => {
  finish();
  closePop(false);
  trouble(td);
  const closed = columnOf(td)?.closed;
  const isShut = Boolean(closed) && td.classList.contains("lk") && !refusals.has(td);
  document.querySelector(".jbar")?.classList.toggle("shut", isShut);
  if (closed && isShut) say("locked", `${closed.text.split(". ")[0]} (${closed.clause.split(", ")[0]})`);
  else if (document.getElementById("save")?.dataset.s === "locked") say("", "");
});

if (table) {
  free();
  fillBar();

  table.addEventListener("keydown", (event) => {
    const td = currentCell();
    if (!td || event.isComposing) return;
    if (event.key === "Tab" && !event.shiftKey && popIsOpen() && enterPop()) return event.preventDefault();
    if (event.key === "F2" && event.shiftKey) void showHistory(td);
    else if (event.key === "Delete" || event.key === "Backspace") {
      if (forget(td)) closePop(false);
      else erase(td);
    } else if (event.key === "Escape") {
      if (!abandon() && popIsOpen()) closePop(false);
      else forget(td);
    } else if ((event.ctrlKey || event.metaKey) && !event.shiftKey && event.code === "KeyZ") {
      if (!abandon() && !forget(td)) go(takeBack() ?? td);
      else closePop(false);
    } else if (event.key === "?" || (event.key === "," && event.shiftKey && event.code === "Slash")) toggleHelp();
    else if (event.key === "F2") showPad(td);
    else if (moveByKey(event) || !type(event, td)) return;
    event.preventDefault();
  });

  table.addEventListener("paste", (event) => {
    const td = currentCell();
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (!td || !text) return;
    event.preventDefault();
    abandon();
    preview(text, td);
  });

  table.addEventListener("mousedown", (event) => {
    const td = /** @type {HTMLTableCellElement | null} */ (/** @type {Element} */ (event.target).closest("tbody td"));
    if (!td || !canStand(td)) return;
    event.preventDefault();
    if (td === currentCell() && document.activeElement === td) trouble(td);
    else go(td);
  });

  let tapped = currentCell();
  table.addEventListener("pointerdown", () => (tapped = document.activeElement === currentCell() ? currentCell() : null));
  table.addEventListener("click", (event) => {
    const td = /** @type {HTMLTableCellElement | null} */ (/** @type {Element} */ (event.target).closest("tbody td"));
    const isFinger = /** @type {PointerEvent} */ (event).pointerType === "touch";
    if (td && isFinger && td === tapped && !refusals.has(td) && !conflicts.has(td)) showPad(td);
  });
  table.addEventListener("dblclick", (event) => {
    const td = /** @type {HTMLTableCellElement | null} */ (/** @type {Element} */ (event.target).closest("tbody td"));
    if (td && canStand(td)) showPad(td);
  });
  table.addEventListener("focusout", () => finish());

  const wide = matchMedia("(pointer: fine)").matches && !location.hash;
  Promise.all([document.fonts.ready, ready]).then(() => begin(wide));
  // Other rows, other widths: the cell one stands in stays in view.
  new MutationObserver(() => go(currentCell(), { focus: false })).observe(document.documentElement, {
    attributeFilter: ["data-density"],
  });
}

document.addEventListener("keydown", (event) => {
  if (event.key === "F6" && !event.ctrlKey) {
    const td = currentCell();
    const onLeft = td !== null && document.activeElement === td;
    const stop = rightStop();
    if (onLeft && stop) stop.focus();
    else if (td) go(td);
    event.preventDefault();
  } else if (event.key === "Escape" && popIsOpen()) closePop();
});

document.getElementById("save")?.addEventListener("click", (event) => {
  if (!(event.target instanceof HTMLAnchorElement)) queue.retry();
});
