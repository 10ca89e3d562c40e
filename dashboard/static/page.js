// Draws the trends, and makes filters, menus, tables, tooltips and the theme work. Needs vega, vega-lite and
// the interpreter of expressions, which evaluates no text as code.
"use strict";
(() => {
  const root = document.documentElement;
  const tip = document.getElementById("tip");
  const exported = document.body.querySelector("template[data-month]") !== null;
  let views = new Map();

  // --- tooltips

  function showTip(text, event) {
    if (!text) {
      tip.hidden = true;
      return;
    }
    tip.textContent = text;
    tip.hidden = false;
    const box = tip.getBoundingClientRect();
    const x = Math.min(event.clientX + 14, innerWidth - box.width - 8);
    const y = event.clientY - box.height - 12;
    tip.style.left = `${Math.max(8, x)}px`;
    tip.style.top = `${y < 8 ? event.clientY + 18 : y}px`;
  }

  document.addEventListener("mousemove", (event) => {
    const marked = event.target.closest?.("[data-tip]");
    if (marked) showTip(marked.dataset.tip, event);
    else if (!event.target.closest?.(".chart")) tip.hidden = true;
  });

  // --- trends

  function drawOne(place) {
    const spec = JSON.parse(place.parentElement.querySelector("script.spec").textContent);
    const parsed = vega.parse(vegaLite.compile(spec).spec, null, { ast: true });
    const view = new vega.View(parsed, {
      expr: vega.expressionInterpreter,
      renderer: "svg",
      container: place,
      hover: true,
      logLevel: vega.Error,
      tooltip: (_handler, event, _item, value) => showTip(value, event),
    });
    views.set(place, view);
    view.runAsync().then(() => {
      // The label of the place says what is drawn; its parts say nothing to those who do not see it.
      place.querySelector("svg").setAttribute("aria-hidden", "true");
      place.classList.add("is-drawn");
    });
  }

  function forget(isGone) {
    for (const [place, view] of views) {
      if (!isGone(place)) continue;
      view.finalize();
      views.delete(place);
    }
  }

  function draw(within) {
    forget(() => true);
    for (const place of within.querySelectorAll(".chart")) drawOne(place);
    root.dataset.drawn = String(views.size);
  }

  // --- filters

  const SILENT = "The server does not answer: start `caudal dashboard` again";
  const FAILED = "The server could not make this page: its output says why";
  let asked = 0;
  let shownQuery = location.pathname + location.search;

  function tell(text) {
    let notice = document.getElementById("silent");
    if (!notice) {
      notice = document.createElement("p");
      notice.id = "silent";
      notice.className = "notice";
      notice.setAttribute("role", "status");
      document.querySelector("#pages .head").after(notice);
    }
    notice.textContent = text;
  }

  // There is no page to be had; the message is told.
  class NoPage extends Error {}

  async function fetched(address) {
    let answer, text;
    try {
      answer = await fetch(address, { headers: { Accept: "text/html" } });
      text = await answer.text();
    } catch (error) {
      throw error instanceof TypeError ? new NoPage(SILENT) : error;
    }
    if (!answer.ok) throw new NoPage(FAILED);
    return text;
  }

  async function go(address, keeps) {
    const number = ++asked;
    const pages = document.getElementById("pages");
    pages.setAttribute("aria-busy", "true");
    let text;
    try {
      text = await fetched(address);
    } catch (error) {
      if (!(error instanceof NoPage)) throw error;
      if (number !== asked) return;
      pages.removeAttribute("aria-busy");
      tell(error.message);
      return;
    }
    if (number !== asked) return;
    shownQuery = address;
    const page = new DOMParser().parseFromString(text, "text/html");
    pages.replaceChildren(...page.getElementById("pages").childNodes);
    document.title = page.title;
    pages.removeAttribute("aria-busy");
    if (keeps) document.querySelector(`select[name="${CSS.escape(keeps)}"]`)?.focus({ preventScroll: true });
    remember();
    draw(pages);
  }

  function address(form) {
    const set = [...new FormData(form)].filter(([, value]) => value !== "");
    const query = new URLSearchParams(set).toString();
    return form.getAttribute("action") + (query ? `?${query}` : "");
  }

  function showMonth(value, keeps) {
    const pages = document.getElementById("pages");
    const wanted = [...document.querySelectorAll("template[data-month]")].find((each) => each.dataset.month === value);
    if (!wanted) return;
    pages.replaceChildren(wanted.content.cloneNode(true));
    if (keeps) pages.querySelector("select")?.focus({ preventScroll: true });
    draw(pages);
  }

  document.addEventListener("change", (event) => {
    const form = event.target.closest("form.filters");
    if (!form) return;
    if (exported) {
      history.replaceState(null, "", `#month=${event.target.value}`);
      showMonth(event.target.value, true);
      return;
    }
    const to = address(form);
    history.pushState(null, "", to);
    go(to, event.target.name);
  });

  window.addEventListener("popstate", () => {
    // A link within the page changes the part behind # alone: there is nothing to fetch.
    const wanted = location.pathname + location.search;
    if (!exported && (wanted !== shownQuery || document.getElementById("silent"))) go(wanted);
  });

  // --- menus, tables, downloads

  function closeMenus(except) {
    for (const menu of document.querySelectorAll("details.menu[open]")) if (menu !== except) menu.open = false;
  }

  function download(card) {
    // The file holds what the server would send: all rows, with formulas as texts.
    const content = JSON.parse(card.querySelector("script.csv").textContent);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([content], { type: "text/csv" }));
    link.download = `${card.dataset.key}.csv`;
    link.click();
    URL.revokeObjectURL(link.href);
  }

  document.addEventListener("click", (event) => {
    const target = event.target;
    closeMenus(target.closest("details.menu"));
    const card = target.closest("article.card");
    if (target.closest("[data-pause]")) {
      isPaused = !isPaused;
      sayState(isPaused ? "Paused" : FOLLOWS);
    } else if (target.closest("#theme")) {
      const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
      root.dataset.theme = (root.dataset.theme || system) === "dark" ? "light" : "dark";
      try {
        localStorage.setItem("theme", root.dataset.theme);
      } catch (error) {
        console.info("the theme is not stored:", error.name);
      }
    } else if (target.closest("[data-table]")) {
      const cells = card.querySelector(".cells");
      cells.hidden = !cells.hidden;
      card.querySelector(".drawn").hidden = !cells.hidden;
      target.textContent = cells.hidden ? "Show as table" : "Show as drawing";
      target.closest("details").open = false;
      card.querySelector("summary").focus();
    } else if (exported && target.closest("[data-csv]")) {
      event.preventDefault();
      download(card);
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    tip.hidden = true;
    const open = document.querySelector("details.menu[open]");
    closeMenus();
    open?.querySelector("summary").focus();
  });

  // --- live pages

  const PAUSE_BETWEEN = 1500;
  const FOLLOWS = "Follows the stream";
  const STOPPED = "The page could not be brought up to date: load it again";
  let isPaused = false;
  // Each card as the server sent it, by id: cards that are the same stay untouched.
  const sources = new Map();

  function remember() {
    sources.clear();
    for (const card of document.querySelectorAll("[data-follow] article.card")) sources.set(card.id, card.outerHTML);
  }

  function sayState(text) {
    const place = document.querySelector("[data-state]");
    if (!place) return;
    place.textContent = text;
    place.parentElement.classList.toggle("is-paused", text !== FOLLOWS);
    place.parentElement.querySelector("[data-pause]").textContent = isPaused ? "Continue" : "Pause";
  }

  // A change must not close what is read: an open menu, a table in place of its drawing, a list of choices.
  function isRead() {
    return document.querySelector("details.menu[open]") || document.activeElement?.tagName === "SELECT";
  }

  function replaceCards(page) {
    for (const fresh of page.querySelectorAll("#pages article.card")) {
      const shown = document.getElementById(fresh.id);
      const source = fresh.outerHTML;
      if (!shown || sources.get(shown.id) === source) continue;
      const isTable = shown.querySelector(".cells:not([hidden])") !== null;
      if (isTable && fresh.querySelector(".cells")) {
        fresh.querySelector(".cells").hidden = false;
        fresh.querySelector(".drawn").hidden = true;
        fresh.querySelector("[data-table]").textContent = "Show as drawing";
      }
      shown.replaceWith(fresh);
      forget((place) => !place.isConnected);
      for (const place of fresh.querySelectorAll(".chart")) drawOne(place);
      sources.set(fresh.id, source);
    }
    for (const selector of ["#pages h1", "#pages .eyebrow"]) {
      const [old, now] = [document.querySelector(selector), page.querySelector(selector)];
      if (old && now) old.replaceChildren(...now.childNodes);
    }
    replaceNotices(page);
  }

  // All notices, also that of a server that did not answer. The same ones stay: they are not read out again.
  function replaceNotices(page) {
    const [old, now] = [document, page].map((each) => [...each.querySelectorAll("#pages .notice")]);
    if (old.map((each) => each.textContent).join("\n") === now.map((each) => each.textContent).join("\n")) return;
    for (const each of old) each.remove();
    document.querySelector("#pages .head").after(...now);
  }

  async function follow() {
    try {
      if (!document.querySelector("main[data-follow]") || isPaused || isRead() || document.hidden) return;
      const number = asked;
      const text = await fetched(location.href);
      if (number !== asked || isPaused || isRead()) return;
      replaceCards(new DOMParser().parseFromString(text, "text/html"));
      sayState(FOLLOWS);
    } catch (error) {
      const isExpected = error instanceof NoPage;
      if (!isPaused) sayState(isExpected ? error.message : STOPPED);
      // The console has what nobody expects; the next look is made all the same.
      if (!isExpected) throw error;
    } finally {
      setTimeout(follow, PAUSE_BETWEEN);
    }
  }

  if (exported && location.hash.startsWith("#month=")) showMonth(location.hash.slice(7));
  // On a narrow screen the navigation scrolls: the dashboard that is shown is brought into view.
  const here = document.querySelector(".top nav a[aria-current]");
  if (here) {
    const bar = here.closest("nav");
    bar.scrollLeft += here.getBoundingClientRect().left - bar.getBoundingClientRect().left - 8;
  }
  remember();
  draw(document);
  if (!exported) setTimeout(follow, PAUSE_BETWEEN);
  root.dataset.ready = "true";
})();
