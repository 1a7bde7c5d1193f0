// A drawing that is wider than its frame begins where work goes on, and says that it can be moved.
// Without this file it is scrolled by hand, and what is narrow enough to be a phone says so anyway.
"use strict";

(() => {
  const AT_WORK = [".is-incident", ".is-late", ".is-open", ".is-waiting"];

  for (const box of document.querySelectorAll(".diagram-box")) {
    const frame = box.querySelector(".diagram");
    if (!frame) continue;
    const hint = box.querySelector(".diagram-hint");
    const look = () => hint.classList.toggle("is-needed", frame.scrollWidth > frame.clientWidth + 1);
    look();
    box.classList.add("is-measured");
    new ResizeObserver(look).observe(frame);
    box.querySelector(".diagram-full")?.addEventListener("change", look);

    const marked = AT_WORK.map((name) => frame.querySelector(`:is(.bp-node, .bp-seen)${name}`));
    const first = marked.find(Boolean);
    if (!first) continue;
    const place = first.getBoundingClientRect();
    const edge = frame.getBoundingClientRect();
    frame.scrollLeft += place.left + place.width / 2 - (edge.left + edge.width / 2);
    if (frame.scrollHeight > frame.clientHeight + 1) frame.scrollTop += place.top - edge.top - edge.height / 3;
  }
})();
