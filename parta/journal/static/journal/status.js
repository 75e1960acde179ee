// @ts-check
// The line below the grid: where one stands, and how the saving goes. It is a live region: screen readers say it.

import { queue } from "./save.js";

const line = document.getElementById("save");
const who = document.getElementById("who");

/** @param {string} state saved, saving, offline, conflict, refused, locked or nothing @param {string} text @param {string} [spoken] said, not shown */
export function say(state, text, spoken = "") {
  if (!line) return;
  line.dataset.s = state;
  line.textContent = text;
  if (!spoken) return;
  const aside = document.createElement("span");
  aside.className = "vh";
  aside.textContent = ` ${spoken}`;
  line.append(aside);
}

/** @param {string} text */
export function place(text) {
  if (who) who.textContent = text;
}

/** «1 изменение», «3 изменения», «5 изменений» @param {number} count @param {[string, string, string]} words */
export function plural(count, words) {
  const tens = count % 100;
  const units = count % 10;
  if (units === 1 && tens !== 11) return `${count}\u00a0${words[0]}`;
  if (units >= 2 && units <= 4 && (tens < 12 || tens > 14)) return `${count}\u00a0${words[1]}`;
  return `${count}\u00a0${words[2]}`;
}

/** @type {(isDropped: boolean) => void} */
let show = () => {};

/** A refusal or a conflict was put aside: the line says what is left. */
export const refresh = () => show(true);

/** @param {() => number} refused how many cells stand refused @param {() => number} conflicts @param {string} login */
export function watchQueue(refused, conflicts, login) {
  show = (isDropped) => {
    const { waiting, status, at } = queue;
    if (queue.failures) {
      const count = plural(waiting, ["изменение ждёт", "изменения ждут", "изменений ждут"]);
      if (status === 401 && line) {
        say("offline", `Вы вышли: ${count} отправки. `);
        const link = document.createElement("a");
        link.href = login;
        link.target = "_blank";
        link.rel = "noopener";
        link.textContent = "Войти снова";
        line.append(link);
      } else say("offline", queue.fault || `Нет связи: ${count} отправки`);
    } else if (waiting) say("saving", "Сохраняю…");
    else if (conflicts()) say("conflict", "Клетку изменили: выберите значение");
    else if (refused()) say("refused", plural(refused(), ["запись не сохранена", "записи не сохранены", "записей не сохранено"]));
    else if ((isDropped || queue.state === "saved") && at) say("saved", `Сохранено в ${at}`, spoken);
    else if (isDropped) say("", "");
    spoken = "";
  };
  queue.addEventListener("state", () => show(false));
}

let spoken = "";

/** What to say beside «Сохранено»: «Сафина Диляра, 14 октября: 5». @param {string} text */
export function speakNext(text) {
  spoken = text;
}
