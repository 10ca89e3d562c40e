// The chosen theme is set before the page is drawn. Without a choice the system's is used.
"use strict";
document.documentElement.classList.add("js");
const keptTheme = (() => {
  try {
    return localStorage.getItem("theme");
  } catch (error) {
    // A page from the file system may have no storage: it follows the system then.
    console.info("no stored theme:", error.name);
    return null;
  }
})();
if (keptTheme === "light" || keptTheme === "dark") document.documentElement.dataset.theme = keptTheme;
