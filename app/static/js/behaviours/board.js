// A board: cards are dragged to another lane by mouse, or carried there by keyboard. Where a card may go, its own plain
// buttons and links say; a drop presses that button or opens that page. What was moved is said aloud and keeps the focus.
(() => {
  "use strict";
  const board = document.querySelector("[data-behaviour='board']");
  if (!board) return;
  const says = document.querySelector("[data-board-says]");
  const lanes = [...board.querySelectorAll(".lane")];
  const MOVED = "board-moved";
  let held = null; // the card under the mouse or on the keyboard
  let over = null; // the lane it is above

  const say = (words) => { says.textContent = ""; setTimeout(() => { says.textContent = words; }, 30); };
  const nameOf = (card) => card.querySelector(".board-card-title").textContent.trim();
  const laneOf = (card) => card.closest(".lane");
  const wayTo = (card, lane) => card.querySelector(`[data-to='${CSS.escape(lane.dataset.lane)}']`);
  const mayGo = (card, lane) => lane === laneOf(card) || wayTo(card, lane) !== null;

  const aim = (lane) => {
    lanes.forEach((one) => one.classList.toggle("is-over", one === lane));
    over = lane;
  };
  const pickUp = (card) => {
    held = card;
    card.classList.add("is-held");
    lanes.forEach((lane) => lane.classList.toggle("is-closed", !mayGo(card, lane)));
    board.classList.add("is-moving");
    aim(laneOf(card));
  };
  const letGo = () => {
    held?.classList.remove("is-held");
    held?.querySelector(".board-grip")?.setAttribute("aria-pressed", "false");
    lanes.forEach((lane) => lane.classList.remove("is-over", "is-closed"));
    board.classList.remove("is-moving");
    held = over = null;
  };
  const drop = () => {
    const card = held;
    const lane = over;
    letGo();
    if (!card || !lane || lane === laneOf(card)) return false;
    const way = wayTo(card, lane);
    if (!way) {
      say(`${nameOf(card)} cannot be moved to ${lane.dataset.title}.`);
      return false;
    }
    sessionStorage.setItem(MOVED, JSON.stringify({ card: card.dataset.card, lane: lane.dataset.lane }));
    if (way.tagName === "BUTTON") way.form.requestSubmit(way);
    else window.location.assign(way.href);
    return true;
  };

  // By mouse.
  board.querySelectorAll(".board-card[data-ways]:not([data-ways=''])").forEach((card) => {
    card.draggable = true;
    card.addEventListener("dragstart", (event) => {
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", nameOf(card));
      pickUp(card);
    });
    card.addEventListener("dragend", letGo);
  });
  lanes.forEach((lane) => {
    lane.addEventListener("dragover", (event) => {
      if (!held || !mayGo(held, lane)) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = "move";
      if (over !== lane) aim(lane);
    });
    lane.addEventListener("drop", (event) => {
      event.preventDefault();
      if (over !== lane) aim(lane);
      drop();
    });
  });

  // By keyboard.
  const carry = (step) => {
    const open = lanes.filter((lane) => mayGo(held, lane));
    const next = open[open.indexOf(over) + step];
    if (!next) {
      say(step > 0 ? "There is no lane to the right that it may go to." : "There is no lane to the left that it may go to.");
      return;
    }
    aim(next);
    next.scrollIntoView({ block: "nearest", inline: "nearest" });
    say(`Above ${next.dataset.title}.`);
  };
  board.addEventListener("keydown", (event) => {
    const grip = event.target.closest(".board-grip");
    if (!grip) return;
    const card = grip.closest(".board-card");
    if (event.key === " " || event.key === "Enter") {
      event.preventDefault();
      if (held === null) {
        pickUp(card);
        grip.setAttribute("aria-pressed", "true");
        say(`${nameOf(card)} picked up in ${laneOf(card).dataset.title}. Choose a lane with the arrow keys.`);
      } else if (!drop()) {
        say(`${nameOf(card)} stays in ${laneOf(card).dataset.title}.`);
      }
    } else if (held && event.key === "Escape") {
      letGo();
      say(`${nameOf(card)} was put back.`);
    } else if (held && ["ArrowLeft", "ArrowRight"].includes(event.key)) {
      event.preventDefault();
      carry(event.key === "ArrowRight" ? 1 : -1);
    } else if (!held && ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"].includes(event.key)) {
      event.preventDefault();
      wander(card, event.key);
    }
  });
  board.addEventListener("focusout", (event) => {
    if (held && event.target.closest(".board-grip[aria-pressed='true']")) letGo();
  });
  // Without a card in hand the arrow keys go from grip to grip.
  const wander = (card, key) => {
    const gripsOf = (lane) => [...lane.querySelectorAll(".board-grip")];
    const lane = laneOf(card);
    const place = gripsOf(lane).indexOf(card.querySelector(".board-grip"));
    if (key === "ArrowUp" || key === "ArrowDown") {
      gripsOf(lane)[place + (key === "ArrowDown" ? 1 : -1)]?.focus();
      return;
    }
    const beside = key === "ArrowRight" ? lanes.slice(lanes.indexOf(lane) + 1) : lanes.slice(0, lanes.indexOf(lane)).reverse();
    const next = beside.map(gripsOf).find((grips) => grips.length > 0);
    next?.[Math.min(place, next.length - 1)].focus();
  };

  // One menu at a time; Escape closes it.
  board.addEventListener("toggle", (event) => {
    if (!event.target.open) return;
    board.querySelectorAll(".board-moves[open]").forEach((one) => { if (one !== event.target) one.open = false; });
  }, true);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    board.querySelectorAll(".board-moves[open]").forEach((one) => { one.open = false; one.querySelector("summary").focus(); });
  });

  // After the page came back: say where the card is now, and go on from it.
  const moved = JSON.parse(sessionStorage.getItem(MOVED) ?? "null");
  sessionStorage.removeItem(MOVED);
  const card = moved && board.querySelector(`[data-card='${CSS.escape(moved.card)}']`);
  if (card && laneOf(card).dataset.lane === moved.lane) {
    card.classList.add("has-moved");
    (card.querySelector(".board-grip") ?? card.querySelector("a")).focus();
    say(`${nameOf(card)} is in ${laneOf(card).dataset.title} now.`);
  }
})();
