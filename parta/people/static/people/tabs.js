// On a narrow screen the row of sections scrolls: bring the current one into view.
document.querySelector(".setup__tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
