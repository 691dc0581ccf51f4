// What every page has: nothing that it needs, only what makes it kinder.

// A form or button with data-confirm asks before it is sent.
document.addEventListener("submit", (event) => {
  const question = event.submitter?.dataset.confirm ?? event.target.dataset.confirm;
  if (question && !window.confirm(question)) event.preventDefault();
});
