// Small conveniences. Every page works without this file: it only saves a press, or what was
// typed and not yet sent. Passwords and files are never kept.
"use strict";

(() => {
  const english = document.documentElement.lang === "en";
  const say = (sv, en) => (english ? en : sv);

  // The stylesheet of the other pages is fetched when this one is there, so that they need not
  // wait for it. "not all": it is never applied here.
  const later = document.currentScript.dataset.later;
  if (later) {
    addEventListener("load", () => {
      const sheet = document.createElement("link");
      Object.assign(sheet, { rel: "stylesheet", media: "not all", href: later });
      document.head.append(sheet);
    });
  }

  // The summary of errors (or whatever asks for it) is read first.
  document.querySelector("[data-focus]")?.focus();

  // Soft hyphens are for the lines of a page; what is copied from it has none.
  document.addEventListener("copy", (event) => {
    const text = String(getSelection());
    if (!text.includes("\u00ad")) return;
    event.clipboardData.setData("text/plain", text.replaceAll("\u00ad", ""));
    event.preventDefault();
  });

  // An open menu closes by Escape and by a press elsewhere.
  const menu = document.querySelector("details.menu");
  if (menu) {
    document.addEventListener("click", (event) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
    menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !menu.open) return;
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  }

  // A reason that is asked for gets the cursor.
  document.addEventListener("toggle", (event) => {
    const box = event.target;
    if (box.matches?.(".point-na") && box.open && box.dataset.pressed) box.querySelector("input").focus();
  }, true);
  document.addEventListener("click", (event) => {
    const summary = event.target.closest?.(".point-na > summary");
    if (summary) summary.parentElement.dataset.pressed = "1";
  });

  const notice = (form, text) => {
    let box = form.querySelector("[data-notice]");
    if (!box) {
      box = document.createElement("div");
      box.className = "notice notice-warning notice-plain";
      box.dataset.notice = "";
      box.setAttribute("role", "alert");
      form.prepend(box);
    }
    box.textContent = text;
    box.scrollIntoView({ block: "center" });
  };

  // What was typed is known to the server once it has answered, and every answer is a redirect:
  // what this browser has kept of it is old from then on.
  const prefix = "serviceplan:";
  const markSent = (form) => {
    try {
      const place = prefix + form.dataset.keep;
      const found = JSON.parse(sessionStorage.getItem(place) || "null");
      if (found) sessionStorage.setItem(place, JSON.stringify({ ...found, sent: true }));
    } catch { /* A browser that keeps nothing. */ }
  };
  try {
    if (performance.getEntriesByType("navigation")[0]?.redirectCount > 0) {
      for (const place of Object.keys(sessionStorage)) {
        if (place.startsWith(prefix) && JSON.parse(sessionStorage.getItem(place)).sent) sessionStorage.removeItem(place);
      }
    }
  } catch { /* A browser that keeps nothing. */ }

  // What was understood of a date, a number or an interval is said as soon as it is typed.
  document.addEventListener("change", async (event) => {
    const line = document.getElementById(`${event.target.id}-read`);
    if (!line?.dataset.kind) return;
    const text = event.target.value;
    const asked = new URLSearchParams({ kind: line.dataset.kind, text });
    try {
      const answer = await fetch(`${line.dataset.address}?${asked}`, { headers: { Accept: "application/json" } });
      const read = await answer.json();
      if (event.target.value !== text) return;
      line.textContent = read.text;
      line.toggleAttribute("data-wrong", !read.ok);
    } catch {
      line.textContent = ""; // Without an answer it is said when the form is sent.
    }
  });

  // One press sends once; without a network nothing is sent and nothing is lost.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    if (!navigator.onLine) {
      event.preventDefault();
      notice(form, say(
        "Ingen kontakt med nätet. Inget är skickat; det du skrev finns kvar här.",
        "You are offline. Nothing was sent; what you wrote is still here."));
      return;
    }
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    markSent(form);
    event.submitter?.setAttribute("aria-disabled", "true");
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.forms) delete form.dataset.sent;
    for (const button of document.querySelectorAll("button[aria-disabled]")) button.removeAttribute("aria-disabled");
  });

  // Enter in the password field means the button beside it.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target.type !== "password") return;
    const sign = event.target.form?.querySelector("button[value=complete]");
    if (!sign) return;
    event.preventDefault();
    sign.click();
  });

  // A file that is too large is said so before it is sent.
  document.addEventListener("change", (event) => {
    const input = event.target;
    const limit = Number(input.form?.dataset.limit || 0);
    if (input.type !== "file" || !limit) return;
    const large = [...input.files].find((file) => file.size > limit);
    input.setCustomValidity("");
    if (!large) return;
    input.value = "";
    notice(input.form, say(`Filen ${large.name} är för stor.`, `The file ${large.name} is too large.`));
  });

  // A note that looks like it holds a personal identity number is pointed out.
  const note = document.querySelector("textarea[name=note]");
  const warning = document.getElementById("personnummer");
  if (note && warning) {
    const look = () => {
      warning.hidden = !/(^|\D)(19|20)?\d{2}[01]\d[0-3]\d[-+ ]?\d{4}(\D|$)/.test(note.value);
    };
    note.addEventListener("input", look);
    look();
  }

  // What was typed and not sent outlives a reload, in this tab only.
  const form = document.querySelector("form[data-keep]");
  if (!form) return;
  const place = prefix + form.dataset.keep;
  const kept = (input) => input.name && !["password", "file", "hidden", "submit"].includes(input.type);
  const read = () => [...form.elements].filter(kept)
    .map((input) => [input.name, input.type === "checkbox" || input.type === "radio" ? `${input.value}:${input.checked}` : input.value]);
  const asServed = JSON.stringify(read());
  // What the page showed belongs to what was typed on it: saving compares by it.
  const base = () => [...form.querySelectorAll("input[type=hidden][name=shown], input[type=hidden][name=revision]")];
  const store = () => {
    const now = JSON.stringify(read());
    const shown = base().map((input) => [input.name, input.value]);
    if (now === asServed) sessionStorage.removeItem(place);
    else sessionStorage.setItem(place, JSON.stringify({ served: asServed, now, shown }));
  };
  const sent = () => {
    const found = JSON.parse(sessionStorage.getItem(place) || "null");
    if (found) sessionStorage.setItem(place, JSON.stringify({ ...found, sent: true }));
  };
  const restore = (values) => {
    const inputs = [...form.elements].filter(kept);
    values.forEach(([name, value], index) => {
      const input = inputs[index];
      if (!input || input.name !== name) return;
      if (input.type === "checkbox" || input.type === "radio") input.checked = value.endsWith(":true");
      else input.value = value;
      if (input.value && input.closest(".point-na")) input.closest("details").open = true;
    });
  };
  try {
    const found = JSON.parse(sessionStorage.getItem(place) || "null");
    const same = found?.served === asServed;
    if (found && found.now !== asServed && (same || !found.sent)) {
      restore(JSON.parse(found.now));
      const shown = Object.fromEntries(found.shown || []);
      if (!same) for (const input of base()) input.value = shown[input.name] || "";
      notice(form, say("Det du skrev men inte hann spara är återställt.", "What you wrote but had not saved is restored."));
      window.scrollTo(0, 0);
    } else {
      sessionStorage.removeItem(place);
    }
    form.addEventListener("input", store);
    form.addEventListener("change", store);
    form.addEventListener("submit", sent);
  } catch {
    // A browser that keeps nothing: the page works as without this file.
  }
})();
